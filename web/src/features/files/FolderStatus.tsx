import { CloudOff, FolderX } from 'lucide-react';
import type { FolderState } from '../../app/contract';
import { useAppState } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { Spinner } from '../../ui/Spinner';
import { ErrorMessage } from '../errors/ErrorMessage';
import { errorWords, operatorHint } from '../errors/errorWords';
import css from './FilesView.module.css';

/** What the server and the vault say of a folder that is not there. */
const GONE: ReadonlySet<string> = new Set(['NOT_FOUND', 'GONE', 'no-such-entry', 'BAD_REQUEST', 'VALIDATION_ERROR']);

/** Whether there is no such folder, or not any more. */
export function isFolderGone(state: FolderState): boolean {
  return state.status === 'error' && GONE.has(state.error.code);
}

/** Whether what is shown is checked, old, or for reading only. */
export function FolderStatus({ state, onRetry }: { state: FolderState; onRetry: () => void }) {
  const { t } = useText();
  // Then the frame says why, above every page.
  const isAway = useAppState(({ tree }) => tree === 'away');
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
      {state.status === 'error' && state.view !== undefined && !isAway && (
        <ErrorMessage title={t('files.stale')} error={state.error} actions={<Button onPress={onRetry}>{t('app.retry')}</Button>} />
      )}
    </>
  );
}

/** In the place of files that could not be loaded at all. */
export function FolderFailed({ state, onRetry, onLeave }: { state: FolderState; onRetry: () => void; /** Away from a folder that is not there. */ onLeave?: () => void }) {
  const { t, locale } = useText();
  if (state.status !== 'error') return null;
  if (onLeave !== undefined && isFolderGone(state)) {
    return (
      <div role="alert" className={css.failed}>
        <EmptyState icon={<FolderX size={26} strokeWidth={1.5} />} title={t('files.gone')} actions={<Button onPress={onLeave}>{t('files.gone.action')}</Button>}>
          <p>{t('files.gone.text')}</p>
        </EmptyState>
      </div>
    );
  }
  if (state.view !== undefined) return null;
  const hint = operatorHint(state.error, t);
  return (
    <div role="alert" className={css.failed}>
      <EmptyState
        icon={<CloudOff size={26} strokeWidth={1.5} />}
        title={t('files.failed')}
        actions={<Button onPress={onRetry}>{t('app.retry')}</Button>}
      >
        <p>{errorWords(state.error, t, locale)}</p>
        {hint !== null && <p>{hint}</p>}
      </EmptyState>
    </div>
  );
}
