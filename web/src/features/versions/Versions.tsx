import { Download, History, RotateCcw, Trash2 } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { VersionInfo } from '../../app/contract';
import { useApp } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { formatBytes, formatFullDate } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { useTask } from '../../lib/useTask';
import { Button, IconButton } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Spinner } from '../../ui/Spinner';
import { ErrorMessage } from '../errors/ErrorMessage';
import { useAttempt } from '../errors/useAttempt';
import { saveFile } from '../transfers/saveFile';
import css from './Versions.module.css';

/** The versions of a file, asked for when somebody wants to see them. */
export default function Versions({ entry, canWrite }: { entry: Entry; canWrite: boolean }) {
  const { t } = useText();
  const [isShown, setShown] = useState(false);
  return (
    <section className={css.section} aria-label={t('versions.title')}>
      <h3 className={css.title}>{t('versions.title')}</h3>
      {isShown ? (
        // Another version is current when something was saved meanwhile.
        <List key={entry.version} entry={entry} canWrite={canWrite} />
      ) : (
        <Button icon={<History size={16} />} onPress={() => setShown(true)}>
          {t('versions.show')}
        </Button>
      )}
    </section>
  );
}

function List({ entry, canWrite }: { entry: Entry; canWrite: boolean }) {
  const { t, locale } = useText();
  const app = useApp();
  const attempt = useAttempt();
  const task = useTask();
  const { run } = task;
  const [versions, setVersions] = useState<readonly VersionInfo[]>([]);
  const [asked, setAsked] = useState<VersionInfo | null>(null);
  const load = useCallback(async () => setVersions(await app.versions(entry.id)), [app, entry.id]);
  useEffect(() => {
    void run(load);
  }, [run, load]);

  const restore = (version: VersionInfo) =>
    run(async () => {
      await app.restoreVersion(entry.id, version.id);
      await load();
    });
  const download = (version: VersionInfo) =>
    attempt(async () => {
      const content = await app.openContent(entry.id, version.id);
      try {
        saveFile(await content.blob(), content.name);
      } finally {
        content.close();
      }
    });
  const remove = async () => {
    if (asked === null) return;
    const isDone = await run(async () => {
      await app.deleteVersions(entry.id, [asked.id]);
      await load();
    });
    if (isDone) setAsked(null);
  };
  return (
    <>
      {task.isBusy && versions.length === 0 && <Spinner />}
      {task.error !== null && asked === null && <ErrorMessage error={task.error} />}
      <ul className={css.list}>
        {versions.map((version) => {
          const time = formatFullDate(version.time, locale);
          return (
            <li key={version.id} className={css.version}>
              <div className={css.words}>
                <time dateTime={new Date(version.time).toISOString()}>{time}</time>
                <span className={css.size}>
                  {formatBytes(version.size, locale)}
                  {version.current && <strong> · {t('versions.current')}</strong>}
                </span>
              </div>
              <IconButton look="row" label={t('versions.download', { time })} icon={<Download size={16} />} onPress={() => void download(version)} />
              {canWrite && !version.current && (
                <>
                  <IconButton look="row" label={t('versions.restore', { time })} icon={<RotateCcw size={16} />} isDisabled={task.isBusy} onPress={() => void restore(version)} />
                  <IconButton look="row" label={t('versions.delete', { time })} icon={<Trash2 size={16} />} isDisabled={task.isBusy} onPress={() => setAsked(version)} />
                </>
              )}
            </li>
          );
        })}
      </ul>
      <p className={css.hint}>{t('versions.hint')}</p>
      <Dialog
        role="alertdialog"
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={t('versions.delete.title')}
        actions={
          <>
            <Button onPress={() => setAsked(null)}>{t('app.cancel')}</Button>
            <Button look="danger" isBusy={task.isBusy} onPress={() => void remove()}>
              {t('trash.purge')}
            </Button>
          </>
        }
      >
        {asked !== null && <p>{formatFullDate(asked.time, locale)}</p>}
        <p>{t('trash.purge.text')}</p>
        {task.error !== null && <ErrorMessage error={task.error} />}
      </Dialog>
    </>
  );
}
