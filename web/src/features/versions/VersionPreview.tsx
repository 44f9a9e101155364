import { RotateCcw } from 'lucide-react';
import type { VersionInfo } from '../../app/contract';
import type { Entry } from '../../crypto/types';
import { formatBytes, formatExactTime } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { useTask } from '../../lib/useTask';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { ErrorMessage } from '../errors/ErrorMessage';
import preview from '../preview/Preview.module.css';
import { PreviewBody } from '../preview/PreviewBody';
import { DownloadButton, PreviewHeader, PreviewWindow } from '../preview/PreviewWindow';
import css from './Versions.module.css';

interface VersionPreviewProps {
  entry: Entry;
  version: VersionInfo;
  onClose: () => void;
  /** Rejects with an `AppError`, as does the next one. */
  onDownload: () => Promise<void>;
  /** Left out where it cannot be brought back. */
  onRestore: (() => Promise<void>) | undefined;
}

/** One version of a file over the whole window, which says all the while that it is not the current one. */
export default function VersionPreview({ entry, version, onClose, onDownload, onRestore }: VersionPreviewProps) {
  const { t, locale } = useText();
  // What goes wrong is told here: messages are behind this window.
  const task = useTask();
  const time = formatExactTime(version.time, locale);
  const download = () => void task.run(onDownload);
  const restore = async (way: () => Promise<void>) => {
    if (await task.run(way)) onClose();
  };
  return (
    <PreviewWindow label={t('versions.preview', { name: entry.name, time })} onClose={onClose}>
      <PreviewHeader entry={entry} closeLabel={t('preview.close')} onClose={onClose} facts={`${t('versions.of', { time })} · ${formatBytes(version.size, locale)}`}>
        <DownloadButton onPress={download} />
      </PreviewHeader>
      {!version.current && (
        <div className={css.note}>
          <Banner
            tone="warning"
            title={t('versions.older')}
            actions={
              onRestore !== undefined && (
                <Button icon={<RotateCcw size={16} />} isBusy={task.isBusy} onPress={() => void restore(onRestore)}>
                  {t('versions.restore')}
                </Button>
              )
            }
          >
            <p>{t('versions.older.text', { time })}</p>
          </Banner>
        </div>
      )}
      {task.error !== null && (
        <div className={css.note}>
          <ErrorMessage error={task.error} />
        </div>
      )}
      <div className={preview.body}>
        <PreviewBody entry={{ ...entry, size: version.size }} version={version.id} onDownload={download} />
      </div>
    </PreviewWindow>
  );
}
