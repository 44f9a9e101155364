import { FolderOpen, ShieldCheck, X } from 'lucide-react';
import { lazy, Suspense, useCallback, type ReactNode } from 'react';
import type { App } from '../../app/contract';
import { useTree } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { formatBytes, formatExactBytes, formatFullDate } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { Button, IconButton } from '../../ui/Button';
import { Sheet } from '../../ui/Sheet';
import { countWords } from './countWords';
import css from './FileDetails.module.css';
import { FileIcon } from './FileIcon';
import { FolderLink } from './PathBar';
import { typeWords } from './typeWords';
import type { DetailsState } from './useDetails';

interface FileDetailsProps {
  /** What is selected; when nothing is, the folder itself is described. */
  chosen: readonly Entry[];
  /** Everything in the folder. */
  all: readonly Entry[];
  /** What the folder is called. */
  place: string;
  /** Keeps what is noted about an entry; left out where nothing can be noted. */
  editing?: { canWrite: boolean };
}

/** What is known about the selected entries: beside the list, or as a sheet where there is no room. */
export function Details({ details, chosen, ...props }: FileDetailsProps & { details: DetailsState }) {
  return (
    <>
      {details.isPaneOpen && <DetailsPane {...props} chosen={chosen} onClose={details.close} />}
      <DetailsSheet {...props} isOpen={details.inSheet !== null} chosen={details.inSheet ?? []} onClose={details.close} />
    </>
  );
}

function DetailsPane({ onClose, ...props }: FileDetailsProps & { onClose: () => void }) {
  const { t } = useText();
  const [first] = props.chosen;
  return (
    <aside className={css.pane} aria-label={t('files.details')}>
      <header className={css.header}>
        <h2>{t('files.details')}</h2>
        <IconButton label={t('details.close')} icon={<X size={16} />} onPress={onClose} />
      </header>
      <div className={css.body}>
        <div className={css.picture} aria-hidden="true">
          {first === undefined ? <FolderOpen size={40} strokeWidth={1.25} /> : <FileIcon entry={first} size={40} />}
        </div>
        <p className={css.name} dir="auto">
          {titleOf(props, t)}
        </p>
        <Facts {...props} />
      </div>
    </aside>
  );
}

/** The same as a sheet. */
export function DetailsSheet({ isOpen, onClose, ...props }: FileDetailsProps & { isOpen: boolean; onClose: () => void }) {
  const { t } = useText();
  const [first] = props.chosen;
  return (
    <Sheet
      isOpen={isOpen}
      onClose={onClose}
      title={titleOf(props, t)}
      detail={t('files.details')}
      icon={first === undefined ? <FolderOpen size={24} strokeWidth={1.5} /> : <FileIcon entry={first} size={24} />}
    >
      <div className={css.inSheet}>
        <Facts {...props} />
        <Button isWide onPress={onClose}>
          {t('app.close')}
        </Button>
      </div>
    </Sheet>
  );
}

function titleOf({ chosen, place }: FileDetailsProps, t: ReturnType<typeof useText>['t']): string {
  const [first] = chosen;
  if (first === undefined) return place;
  return chosen.length === 1 ? first.name : t('files.selected', { count: chosen.length });
}

const Versions = lazy(() => import('../versions/Versions'));
const EntryEditor = lazy(() => import('../editing/EntryEditor'));

function Facts({ chosen, all, editing }: FileDetailsProps) {
  const { t, locale } = useText();
  const [first] = chosen;
  if (first !== undefined && chosen.length === 1) {
    return (
      <>
        <dl className={css.facts}>
          <Fact label={t('files.column.type')}>{typeWords(first, t)}</Fact>
          {first.kind === 'file' && (
            <Fact label={t('files.column.size')}>
              {formatBytes(first.size, locale)}
              {first.size >= 1024 && <span className={css.exact}>{formatExactBytes(first.size, locale)}</span>}
            </Fact>
          )}
          <Fact label={t('files.column.modified')}>
            <time dateTime={new Date(first.modified).toISOString()}>{formatFullDate(first.modified, locale)}</time>
          </Fact>
          <Place entry={first} />
          {first.trashed !== null && (
            <Fact label={t('trash.column.trashed')}>
              <time dateTime={new Date(first.trashed).toISOString()}>{formatFullDate(first.trashed, locale)}</time>
            </Fact>
          )}
        </dl>
        {editing !== undefined && first.trashed === null && (
          <Suspense fallback={null}>
            <EntryEditor key={first.id} entry={first} {...editing} />
            {first.kind === 'file' && <Versions key={`versions of ${first.id}`} entry={first} canWrite={editing.canWrite} />}
          </Suspense>
        )}
        <div className={css.private}>
          <ShieldCheck size={16} aria-hidden="true" />
          <div>
            <h3>{t('details.private')}</h3>
            <p>{t('details.private.text')}</p>
          </div>
        </div>
      </>
    );
  }
  const counted = chosen.length > 0 ? chosen : all;
  return (
    <>
      <dl className={css.facts}>
        <Fact label={t('details.content')}>{countWords(counted, t)}</Fact>
        <Fact label={t('details.total')}>
          {formatBytes(
            counted.reduce((sum, entry) => sum + entry.size, 0),
            locale,
          )}
        </Fact>
      </dl>
      {chosen.length === 0 && <p className={css.hint}>{t('details.hint')}</p>}
    </>
  );
}

/** The folders that an entry is in, each a link. */
function Place({ entry: { folder } }: { entry: Entry }) {
  const { t } = useText();
  const path = useTree(useCallback((app: App) => app.path(folder), [folder]));
  if (path === null || path === undefined) return null;
  return (
    <Fact label={t('details.place')}>
      <span className={css.place}>
        {path.map((step, index) => (
          <span key={step.id} dir="auto">
            <FolderLink id={step.id} isRoot={index === 0}>
              {step.name === '' ? t('files.title') : step.name}
            </FolderLink>
          </span>
        ))}
      </span>
    </Fact>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
