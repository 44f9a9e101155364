import { useEffect, useRef, useState } from 'react';
import type { App, FoundFinding } from '../../app/contract';
import { useApp, useTree } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { useNotify } from '../../ui/Notices';
import { Progress } from '../../ui/Progress';
import { acceptEach, type Accepting } from './acceptEach';
import css from './AcceptAll.module.css';
import { WayProblem } from './WayProblem';

/** Many folders named at once are no help any more. */
const NAMED_AT_ONCE = 8;

/** One question for all the folders that a restored backup made older. */
export function AcceptAllDialog({ folders, onClose }: { folders: readonly FoundFinding[]; onClose: () => void }) {
  const { t } = useText();
  const app = useApp();
  const notify = useNotify();
  const [now, setNow] = useState<Accepting | null>(null);
  const [isBusy, setBusy] = useState(false);
  const stopping = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    stopping.current = controller;
    return () => controller.abort();
  }, []);

  const accept = async () => {
    setBusy(true);
    const { signal } = stopping.current;
    const ended = await acceptEach(app, folders, setNow, signal);
    const accepted = ended.done - ended.failed;
    if (accepted > 0) notify({ text: t('findings.all.done', { count: accepted }) });
    if (signal.aborted) return;
    if (ended.failed === 0) onClose();
    else setBusy(false);
  };
  const values = { count: folders.length, done: now?.done ?? 0 };
  const isOver = now !== null && !isBusy;
  return (
    <Dialog
      role="alertdialog"
      isOpen
      onClose={onClose}
      title={t('findings.all.question', values)}
      actions={
        isOver ? (
          <Button onPress={onClose}>{t('app.close')}</Button>
        ) : (
          <>
            <Button onPress={onClose}>{isBusy ? t('findings.all.stop') : t('findings.leave')}</Button>
            <Button look="danger" isBusy={isBusy} onPress={() => void accept()}>
              {t('findings.way.accept')}
            </Button>
          </>
        )
      }
    >
      <ul className={css.folders}>
        {folders.slice(0, NAMED_AT_ONCE).map(({ folder }) => folder !== null && <Folder key={folder} id={folder} />)}
        {folders.length > NAMED_AT_ONCE && <li>{t('findings.more', { count: folders.length - NAMED_AT_ONCE })}</li>}
      </ul>
      <p>{t('findings.all.what')}</p>
      {isBusy && (
        <div role="status" className={css.progress}>
          <Progress label={t('findings.all.progress', values)} value={values.done / values.count} />
          <p>{t('findings.all.progress', values)}</p>
        </div>
      )}
      {isOver && now.error !== null && (
        <>
          <p>{t('findings.all.failed', { count: now.failed })}</p>
          <WayProblem error={now.error} />
        </>
      )}
    </Dialog>
  );
}

function Folder({ id }: { id: string }) {
  const { t } = useText();
  const [ask] = useState(() => (app: App) => app.path(id));
  const path = useTree(ask);
  const names = path?.map(({ name }) => (name === '' ? t('files.title') : name));
  return <li dir="auto">{names?.join(' / ') ?? t('findings.where.unknown')}</li>;
}
