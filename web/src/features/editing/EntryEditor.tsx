import { Star, X } from 'lucide-react';
import { useId, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import type { App } from '../../app/contract';
import { useTree } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { TextArea } from '../../ui/TextArea';
import { TextField } from '../../ui/TextField';
import { errorWords } from '../errors/errorWords';
import css from './EntryEditor.module.css';
import { MAX_CATEGORY, MAX_DESCRIPTION, MAX_TAGS, tagProblem, tooLong } from './limits';
import { useEditing, useWish } from './useEditing';
import { withWish, type Wish } from './wishes';

interface EntryEditorProps {
  entry: Entry;
  canWrite: boolean;
}

/** What a person notes about a file or folder: a star, tags, a category, a description. Each is kept when its field is left. */
export default function EntryEditor({ entry: stored, canWrite }: EntryEditorProps) {
  const { t, locale } = useText();
  const editing = useEditing();
  const wish = useWish(stored.id);
  const entry = withWish(stored, wish);
  const note = (change: Wish) => editing.note(entry.id, change);
  return (
    <div className={css.editor}>
      <Button
        aria-pressed={entry.starred}
        isDisabled={!canWrite}
        icon={<Star size={16} {...(entry.starred && { fill: 'currentColor' })} />}
        onPress={() => editing.toggleStar(stored)}
      >
        {t(entry.starred ? 'star.remove' : 'star.add')}
      </Button>
      <Tags tags={entry.tags} canWrite={canWrite} onWish={(tag, isWanted) => note({ tags: { [tag]: isWanted } })} />
      <Field label={t('edit.category')} value={entry.category} most={MAX_CATEGORY} canWrite={canWrite} onSave={(category) => note({ category })} />
      <Field isLong label={t('edit.description')} value={entry.description} most={MAX_DESCRIPTION} canWrite={canWrite} onSave={(description) => note({ description })} />
      {wish?.error !== undefined && (
        <Banner tone="danger" actions={<Button onPress={() => note({})}>{t('app.retry')}</Button>}>
          <p>{t('note.failed', { why: errorWords(wish.error, t, locale) })}</p>
        </Banner>
      )}
    </div>
  );
}

interface FieldProps {
  label: string;
  value: string;
  /** Bytes. */
  most: number;
  canWrite: boolean;
  isLong?: boolean;
  onSave: (value: string) => void;
}

/** Keeps what is typed when it is left; Escape leaves it as it was. */
function Field({ label, value, most, canWrite, isLong = false, onSave }: FieldProps) {
  const { t } = useText();
  // What changes elsewhere while nobody types here is shown; what is being typed stays.
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? value;
  const error = tooLong(text, most) ? t('edit.tooLong') : undefined;
  const leave = () => {
    const wanted = text.trim();
    if (error !== undefined) return;
    setTyped(null);
    if (wanted !== value) onSave(wanted);
  };
  const common = { label, value: text, error, isReadOnly: !canWrite, onChange: setTyped, onBlur: leave };
  if (isLong) {
    return <TextArea {...common} isProse rows={4} onKeyDown={(event) => (event.key === 'Escape' ? setTyped(null) : event.continuePropagation())} />;
  }
  return (
    <TextField
      {...common}
      autoComplete="off"
      onKeyDown={(event) => {
        if (event.key === 'Enter') leave();
        else if (event.key === 'Escape') setTyped(null);
        else event.continuePropagation();
      }}
    />
  );
}

/** More than these would not be looked through for suggestions. */
const LOOKED_AT = 5000;
const askTags = async (app: App): Promise<readonly string[]> => {
  const entries = [...(await app.starred()), ...(await app.recent(LOOKED_AT))];
  return [...new Set(entries.flatMap(({ tags }) => tags))].sort();
};

interface TagsProps {
  tags: readonly string[];
  canWrite: boolean;
  onWish: (tag: string, isWanted: boolean) => void;
}

function Tags({ tags, canWrite, onWish }: TagsProps) {
  const { t } = useText();
  const known = useTree(askTags) ?? [];
  const [typed, setTyped] = useState('');
  const list = useId();
  const heading = useId();
  const problem = tagProblem(typed, tags);
  const add = () => {
    const tag = typed.trim();
    if (tag === '' || problem !== null) return;
    setTyped('');
    onWish(tag, true);
  };
  return (
    <div className={css.tags}>
      <h3 id={heading} className={css.label}>
        {t('edit.tags')}
      </h3>
      {tags.length > 0 && (
        <ul className={css.chips} aria-labelledby={heading}>
          {tags.map((tag) => (
            <li key={tag} className={css.chip}>
              <span dir="auto">{tag}</span>
              {canWrite && (
                <AriaButton className={css.remove} aria-label={t('edit.tags.remove', { tag })} onPress={() => onWish(tag, false)}>
                  <X size={12} aria-hidden="true" />
                </AriaButton>
              )}
            </li>
          ))}
        </ul>
      )}
      {canWrite && tags.length < MAX_TAGS && (
        <>
          <TextField
            label={t('edit.tags.add')}
            value={typed}
            error={problem === null ? undefined : t(`edit.tags.${problem}`)}
            autoComplete="off"
            list={list}
            onChange={setTyped}
            onBlur={add}
            onKeyDown={(event) => {
              if (event.key === 'Enter' || event.key === ',') {
                event.preventDefault();
                add();
              } else event.continuePropagation();
            }}
          />
          <datalist id={list}>
            {known
              .filter((tag) => !tags.includes(tag))
              .map((tag) => (
                <option key={tag} value={tag} />
              ))}
          </datalist>
        </>
      )}
    </div>
  );
}
