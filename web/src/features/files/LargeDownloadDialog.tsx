import type { Entry } from '../../crypto/types';
import { formatBytes } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';

interface LargeDownloadDialogProps {
  /** Empty: nothing is asked. */
  entries: readonly Entry[];
  onConfirm: () => void;
  onClose: () => void;
}

export function LargeDownloadDialog({ entries, onConfirm, onClose }: LargeDownloadDialogProps) {
  const { t, locale } = useText();
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  const [first] = entries;
  return (
    <Dialog
      isOpen={first !== undefined}
      onClose={onClose}
      title={t('download.large', { size: formatBytes(size, locale) })}
      actions={
        <>
          <Button onPress={onClose}>{t('app.cancel')}</Button>
          <Button look="primary" onPress={onConfirm}>
            {t('download.anyway')}
          </Button>
        </>
      }
    >
      <p>{t('download.large.many', { count: entries.length, name: first?.name ?? '' })}</p>
      <p>{t('download.large.text')}</p>
    </Dialog>
  );
}
