import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { useTask } from '../../lib/useTask';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ErrorMessage } from '../errors/ErrorMessage';
import css from './PurgeDialog.module.css';

export interface PurgeQuestion {
  entries: readonly Entry[];
  /** The whole trash. */
  isAll: boolean;
}

interface PurgeDialogProps {
  question: PurgeQuestion | null;
  onClose: () => void;
  onPurge: (entries: readonly Entry[]) => Promise<void>;
}

const NAMED_AT_ONCE = 5;

/** Names what would go, and says that it cannot be undone. */
export function PurgeDialog({ question, onClose, onPurge }: PurgeDialogProps) {
  const { t } = useText();
  const task = useTask();
  const entries = question?.entries ?? [];
  const values = { count: entries.length, name: entries[0]?.name ?? '' };
  const close = () => {
    task.clear();
    onClose();
  };
  const purge = async () => {
    if (await task.run(() => onPurge(entries))) close();
  };

  return (
    <Dialog
      role="alertdialog"
      isOpen={question !== null}
      onClose={close}
      title={question?.isAll === true ? t('trash.emptyIt.title', values) : t('trash.purge.title', values)}
      actions={
        <>
          <Button onPress={close}>{t('app.cancel')}</Button>
          <Button look="danger" isBusy={task.isBusy} onPress={() => void purge()}>
            {question?.isAll === true ? t('trash.emptyIt') : t('trash.purge')}
          </Button>
        </>
      }
    >
      {(entries.length > 1 || question?.isAll === true) && (
        <ul className={css.names}>
          {entries.slice(0, NAMED_AT_ONCE).map((entry) => (
            <li key={entry.id} dir="auto">
              {entry.name}
            </li>
          ))}
          {entries.length > NAMED_AT_ONCE && <li>{t('trash.purge.more', { count: entries.length - NAMED_AT_ONCE })}</li>}
        </ul>
      )}
      {entries.some(({ kind }) => kind === 'folder') && <p>{t('trash.purge.folders')}</p>}
      <p>{t('trash.purge.text')}</p>
      {task.error !== null && <ErrorMessage error={task.error} />}
    </Dialog>
  );
}
