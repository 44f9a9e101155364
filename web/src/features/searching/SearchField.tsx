import { useNavigate } from '@tanstack/react-router';
import { Search, X } from 'lucide-react';
import { useRef } from 'react';
import { Button } from 'react-aria-components/Button';
import { useText } from '../../lib/i18n';
import { noteArrival } from '../../lib/useArrivalFocus';
import { useWindowKeys } from '../../lib/useWindowKeys';
import css from './SearchField.module.css';
import { setSought, useSought } from './wanted';

/** Finds as one types; the key for it is "/". */
export function SearchField() {
  const { t } = useText();
  const navigate = useNavigate();
  const { text } = useSought();
  const field = useRef<HTMLInputElement>(null);
  useWindowKeys((event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.current?.focus();
    field.current?.select();
  });
  const show = (typed: string) => {
    setSought({ text: typed });
    if (typed === '') return;
    // The focus stays here, where one goes on typing.
    noteArrival('/search');
    void navigate({ to: '/search' });
  };
  return (
    <div role="search" className={css.field}>
      <Search size={16} className={css.icon} aria-hidden="true" />
      <input
        ref={field}
        type="text"
        className={css.input}
        aria-label={t('search.label')}
        aria-keyshortcuts="/"
        placeholder={t('search.label')}
        value={text}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck="false"
        onChange={({ currentTarget }) => show(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && text !== '') show(text);
          else if (event.key === 'Escape') setSought({ text: '' });
          else if (event.key === 'ArrowDown') {
            event.preventDefault();
            document.querySelector<HTMLElement>('[role="grid"] [role="row"][data-key]')?.focus();
          }
        }}
      />
      {text !== '' && (
        <Button
          className={css.clear}
          aria-label={t('search.clear')}
          onPress={() => {
            setSought({ text: '' });
            field.current?.focus();
          }}
        >
          <X size={14} aria-hidden="true" />
        </Button>
      )}
    </div>
  );
}
