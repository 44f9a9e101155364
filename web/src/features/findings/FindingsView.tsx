import { ShieldCheck } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { App, FoundFinding } from '../../app/contract';
import { useApp, useAppState, useTree } from '../../app/hooks';
import type { Way } from '../../crypto/types';
import { asAppError } from '../../lib/appError';
import { formatFullDate } from '../../lib/format';
import { useText, type MessageId } from '../../lib/i18n';
import { useTask } from '../../lib/useTask';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { EmptyState } from '../../ui/EmptyState';
import { useNotify } from '../../ui/Notices';
import { Toolbar } from '../../ui/Toolbar';
import { FolderLink } from '../files/PathBar';
import { AcceptAllDialog } from './AcceptAll';
import { olderFolders } from './acceptEach';
import css from './FindingsView.module.css';
import { WayProblem } from './WayProblem';

/** Everything that the server got wrong in this session, in plain words, with what can be done about it. */
export function FindingsView({ rootId, onGoTo }: { rootId: string; onGoTo: (folder: string) => void }) {
  const { t } = useText();
  const findings = useAppState((state) => state.findings);
  const older = olderFolders(findings);
  // Those that were asked about: the others get fewer while these are accepted.
  const [asked, setAsked] = useState<readonly FoundFinding[] | null>(null);
  return (
    <>
      <Toolbar title={t('nav.findings')} />
      <div className={css.page}>
        {findings.length === 0 ? (
          <EmptyState
            icon={<ShieldCheck size={26} strokeWidth={1.5} />}
            title={t('findings.none')}
            actions={<Button onPress={() => onGoTo(rootId)}>{t('files.gone.action')}</Button>}
          >
            <p>{t('findings.none.text')}</p>
          </EmptyState>
        ) : (
          <>
            <p className={css.intro}>{t('findings.intro')}</p>
            {older.length > 1 && (
              <div className={css.all}>
                <Banner
                  tone="trust"
                  title={t('findings.all.title', { count: older.length })}
                  actions={<Button onPress={() => setAsked(older)}>{t('findings.all.action')}</Button>}
                >
                  <p>{t('findings.all.text')}</p>
                </Banner>
              </div>
            )}
            <ul className={css.list}>
              {findings.map((finding) => (
                <FindingCard key={[finding.kind, finding.folder, finding.node].join(' ')} finding={finding} />
              ))}
            </ul>
          </>
        )}
      </div>
      {asked !== null && <AcceptAllDialog folders={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function FindingCard({ finding }: { finding: FoundFinding }) {
  const { t, locale } = useText();
  const app = useApp();
  const [ways, setWays] = useState<readonly Way[]>([]);
  const [asked, setAsked] = useState<Way | null>(null);
  useEffect(() => {
    let current = true;
    app.ways(finding).then(
      (known) => {
        if (current) setWays(known);
      },
      // Without ways out there are no buttons; what is safe to do stands there all the same.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [app, finding]);
  const concern =
    finding.folder === null
      ? t('findings.account')
      : finding.node === null
        ? t('findings.wholeFolder')
        : finding.name === null
          ? t('findings.unnamed')
          : t('findings.one', { name: finding.name });
  return (
    <li className={css.card}>
      <h2 className={css.title}>{t(`finding.${finding.kind}`)}</h2>
      <dl className={css.facts}>
        <div>
          <dt>{t('findings.what')}</dt>
          <dd dir="auto">{concern}</dd>
        </div>
        {finding.folder !== null && <Where folder={finding.folder} />}
        <div>
          <dt>{t('findings.since')}</dt>
          <dd>
            <time dateTime={new Date(finding.since).toISOString()}>{formatFullDate(finding.since, locale)}</time>
          </dd>
        </div>
      </dl>
      <p>{t(`finding.${finding.kind}.what`)}</p>
      <p className={css.safe}>
        <ShieldCheck size={16} aria-hidden="true" />
        <span>
          <strong>{t('findings.safe')}</strong> {t(`finding.${finding.kind}.do`)}
        </span>
      </p>
      {ways.length > 0 && (
        <div className={css.ways}>
          <p className={css.hint}>{t('findings.ways')}</p>
          <div className={css.buttons}>
            {ways.map((way) => (
              <Button key={way} look={way === 'remove' ? 'danger' : 'secondary'} onPress={() => setAsked(way)}>
                {t(`findings.way.${way}`)}
              </Button>
            ))}
          </div>
        </div>
      )}
      {asked !== null && <WayDialog finding={finding} way={asked} concern={concern} onClose={() => setAsked(null)} />}
    </li>
  );
}

/** Where it was found: the path, each folder a link. */
function Where({ folder }: { folder: string }) {
  const { t } = useText();
  const path = useTree(useCallback((app: App) => app.path(folder), [folder]));
  return (
    <div>
      <dt>{t('details.place')}</dt>
      <dd className={css.path}>
        {path === null || path === undefined
          ? t('findings.where.unknown')
          : path.map((step, index) => (
              <span key={step.id} dir="auto">
                <FolderLink id={step.id} isRoot={index === 0}>
                  {step.name === '' ? t('files.title') : step.name}
                </FolderLink>
              </span>
            ))}
      </dd>
    </div>
  );
}

interface WayDialogProps {
  finding: FoundFinding;
  way: Way;
  concern: string;
  onClose: () => void;
}

const WORDS: Readonly<Record<Way, { what: MessageId; done: MessageId }>> = {
  accept: { what: 'findings.way.accept.what', done: 'findings.way.accept.done' },
  'restore-kept': { what: 'findings.way.restore-kept.what', done: 'findings.way.restore-kept.done' },
  remove: { what: 'findings.way.remove.what', done: 'findings.way.remove.done' },
};

/** Says what a way out does before it is gone. */
function WayDialog({ finding, way, concern, onClose }: WayDialogProps) {
  const { t } = useText();
  const app = useApp();
  const notify = useNotify();
  const task = useTask();
  const go = async () => {
    const isDone = await task.run(async () => {
      try {
        await app.resolve(finding, way);
        notify({ text: t(WORDS[way].done, { concern }) });
      } catch (reason) {
        if (asAppError(reason).code !== 'no-such-entry') throw reason;
        notify({ text: t('findings.over', { concern }) });
      }
    });
    if (isDone) onClose();
  };
  return (
    <Dialog
      role="alertdialog"
      isOpen
      onClose={onClose}
      title={t(`findings.way.${way}`)}
      actions={
        <>
          <Button onPress={onClose}>{t('findings.leave')}</Button>
          <Button look={way === 'restore-kept' ? 'primary' : 'danger'} isBusy={task.isBusy} onPress={() => void go()}>
            {t(`findings.way.${way}`)}
          </Button>
        </>
      }
    >
      <p>
        <strong dir="auto">{concern}</strong>
      </p>
      <p>{t(WORDS[way].what)}</p>
      {task.error !== null && <WayProblem error={task.error} />}
    </Dialog>
  );
}
