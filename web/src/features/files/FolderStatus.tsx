import type { FolderState } from '../../app/contract';
import { useText } from '../../lib/i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { Spinner } from '../../ui/Spinner';
import { ErrorMessage } from '../errors/ErrorMessage';
import css from './FilesView.module.css';

/** Whether what is shown is checked, old, or for reading only. */
export function FolderStatus({ state, onRetry }: { state: FolderState; onRetry: () => void }) {
  const { t } = useText();
  return (
    <>
      <p role="status" className={css.checking}>
        {state.status === 'checking' && (
          <>
            <Spinner size={14} /> {t('files.checking')}
          </>
        )}
      </p>
      {state.status === 'ready' && !state.view.verified && (
        <Banner tone="trust" title={t('files.readOnly')} actions={<Button onPress={onRetry}>{t('app.retry')}</Button>}>
          <p>{t('files.readOnly.text')}</p>
        </Banner>
      )}
      {state.status === 'error' && (
        <ErrorMessage
          title={t(state.view === undefined ? 'files.failed' : 'files.stale')}
          error={state.error}
          actions={<Button onPress={onRetry}>{t('app.retry')}</Button>}
        />
      )}
    </>
  );
}
