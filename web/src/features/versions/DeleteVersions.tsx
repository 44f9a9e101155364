import { useEffect } from 'react';
import type { VersionInfo } from '../../app/contract';
import { useApp } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { formatBytes, formatExactTime } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { useTask } from '../../lib/useTask';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ErrorMessage } from '../errors/ErrorMessage';

interface DeleteVersionsProps {
  entry: Entry;
  /** Those to be deleted; none: nothing is asked. */
  versions: readonly VersionInfo[];
  onClose: () => void;
  onDone: () => void;
  /** Called when the question has left the page. */
  onGone: () => void;
}

/** Names what would go, and says that it cannot be undone. */
export function DeleteVersions({ entry, versions, onClose, onDone, onGone }: DeleteVersionsProps) {
  const { t, locale } = useText();
  const app = useApp();
  const task = useTask();
  const close = () => {
    task.clear();
    onClose();
  };
  const remove = async () => {
    const isDone = await task.run(() =>
      app.deleteVersions(
        entry.id,
        versions.map(({ id }) => id),
      ),
    );
    if (!isDone) return;
    close();
    onDone();
  };
  const [first] = versions;
  return (
    <Dialog
      role="alertdialog"
      isOpen={first !== undefined}
      onClose={close}
      title={t('versions.delete.title', { count: versions.length })}
      actions={
        <>
          <Button onPress={close}>{t('app.cancel')}</Button>
          <Button look="danger" isBusy={task.isBusy} onPress={() => void remove()}>
            {t('trash.purge')}
          </Button>
        </>
      }
    >
      {first !== undefined && (
        <p>
          {t('versions.delete.which', {
            count: versions.length,
            name: entry.name,
            time: formatExactTime(first.time, locale),
            size: formatBytes(
              versions.reduce((sum, { size }) => sum + size, 0),
              locale,
            ),
          })}
        </p>
      )}
      <p>{t('versions.delete.text')}</p>
      <Leaving onGone={onGone} />
      {task.error !== null && <ErrorMessage error={task.error} />}
    </Dialog>
  );
}

function Leaving({ onGone }: { onGone: () => void }) {
  useEffect(() => onGone, [onGone]);
  return null;
}
