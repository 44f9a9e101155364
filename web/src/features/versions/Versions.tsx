import { Download, Ellipsis, Eye, History, RotateCcw, Trash2, Upload } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import type { AppError, VersionInfo } from '../../app/contract';
import { useApp } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { asAppError } from '../../lib/appError';
import { formatBytes, formatExactTime } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { useFilePicker } from '../../lib/useFilePicker';
import { Button, IconButton } from '../../ui/Button';
import { Menu, type MenuEntry } from '../../ui/Menu';
import { Spinner } from '../../ui/Spinner';
import { ErrorMessage } from '../errors/ErrorMessage';
import { useAttempt } from '../errors/useAttempt';
import { DeleteVersions } from './DeleteVersions';
import { keptVersions } from './keptVersions';
import { useVersionActions } from './useVersionActions';
import css from './Versions.module.css';

const VersionPreview = lazy(() => import('./VersionPreview'));

/** The versions of a file, asked for when somebody wants to see them. */
export default function Versions({ entry, canWrite }: { entry: Entry; canWrite: boolean }) {
  const { t } = useText();
  const app = useApp();
  const [isShown, setShown] = useState(false);
  const picker = useFilePicker(([picked]) => picked !== undefined && app.uploadVersion(entry, picked), { isSingle: true });
  return (
    <section className={css.section} aria-label={t('versions.title')}>
      <h3 className={css.title}>{t('versions.title')}</h3>
      {isShown ? (
        <List entry={entry} canWrite={canWrite} />
      ) : (
        <Button icon={<History size={16} />} onPress={() => setShown(true)}>
          {t('versions.show')}
        </Button>
      )}
      {canWrite && (
        <>
          <Button icon={<Upload size={16} />} onPress={picker.open}>
            {t('versions.upload')}
          </Button>
          {picker.input}
        </>
      )}
    </section>
  );
}

type Listed = { status: 'loading' } | { status: 'failed'; error: AppError } | { status: 'ready'; versions: readonly VersionInfo[] };

function List({ entry, canWrite }: { entry: Entry; canWrite: boolean }) {
  const { t, locale } = useText();
  const app = useApp();
  const [listed, setListed] = useState<Listed>({ status: 'loading' });
  const [round, setRound] = useState(0);
  const [shown, setShown] = useState<VersionInfo | null>(null);
  const [asked, setAsked] = useState<readonly VersionInfo[]>([]);
  const list = useRef<HTMLUListElement>(null);
  const attempt = useAttempt();
  const { download, restore } = useVersionActions(entry);

  // Another version is current when something was saved meanwhile.
  useEffect(() => {
    let isGone = false;
    const show = (now: Listed) => {
      if (!isGone) setListed(now);
    };
    keptVersions(app, entry.id, Date.now()).then(
      (versions) => show({ status: 'ready', versions }),
      (error: unknown) => show({ status: 'failed', error: asAppError(error) }),
    );
    return () => {
      isGone = true;
    };
  }, [app, entry.id, entry.version, round]);

  // What had the focus may be gone with its version: with the question that was asked, or when the list is there anew.
  const keepFocus = useCallback(() => {
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) list.current?.focus();
      }),
    );
  }, []);
  useEffect(() => {
    if (round > 0) keepFocus();
  }, [listed, round, keepFocus]);

  const again = useCallback(() => setRound((before) => before + 1), []);
  if (listed.status === 'loading') return <Spinner />;
  if (listed.status === 'failed') return <ErrorMessage error={listed.error} actions={<Button onPress={again}>{t('app.retry')}</Button>} />;

  const { versions } = listed;
  const others = versions.filter(({ current }) => !current);
  const actionsOf = (version: VersionInfo): MenuEntry[] => [
    { id: 'open', label: t('files.open'), icon: <Eye size={16} />, onAction: () => setShown(version) },
    { id: 'download', label: t('files.download'), icon: <Download size={16} />, onAction: () => void attempt(() => download(version)) },
    ...(canWrite && !version.current
      ? [
          { id: 'restore', label: t('versions.restore'), icon: <RotateCcw size={16} />, onAction: () => void attempt(() => restore(version, versions)) },
          { id: 'delete', label: t('trash.purge'), icon: <Trash2 size={16} />, isDanger: true, beginsGroup: true, onAction: () => setAsked([version]) },
        ]
      : []),
  ];
  return (
    <>
      <ul ref={list} className={css.list} tabIndex={-1} aria-label={t('versions.title')}>
        {versions.map((version) => {
          const time = formatExactTime(version.time, locale);
          const label = t('versions.more', { time });
          return (
            <li key={version.id} className={css.version}>
              <AriaButton className={css.open} onPress={() => setShown(version)}>
                <time dateTime={new Date(version.time).toISOString()}>{time}</time>
                <span className={css.size}>
                  {formatBytes(version.size, locale)}
                  {version.current && <strong> · {t('versions.current')}</strong>}
                </span>
              </AriaButton>
              <Menu label={label} subject={{ title: time }} entries={actionsOf(version)} trigger={<IconButton look="row" label={label} icon={<Ellipsis size={16} />} />} />
            </li>
          );
        })}
      </ul>
      {canWrite && others.length > 1 && (
        <Button icon={<Trash2 size={16} />} onPress={() => setAsked(others)}>
          {t('versions.deleteOthers')}
        </Button>
      )}
      <p className={css.hint}>{t('versions.hint')}</p>
      <DeleteVersions
        entry={entry}
        versions={asked}
        onClose={() => setAsked([])}
        onDone={again}
        onGone={keepFocus}
      />
      {shown !== null && (
        <Suspense fallback={null}>
          <VersionPreview
            entry={entry}
            version={shown}
            onClose={() => setShown(null)}
            onDownload={() => download(shown)}
            onRestore={canWrite && !shown.current ? () => restore(shown, versions) : undefined}
          />
        </Suspense>
      )}
    </>
  );
}
