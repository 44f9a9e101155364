import { useCallback, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { App } from '../../app/contract';
import { useAppState } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { setPreferences } from '../../lib/preferences';
import { sortEntries, type Sort } from '../../lib/sortEntries';
import { usePreferences } from '../../lib/usePreferences';
import { EmptyState } from '../../ui/EmptyState';
import { Toolbar } from '../../ui/Toolbar';
import { useEditing } from '../editing/useEditing';
import { FolderFindings } from '../findings/FolderFindings';
import { usePlacing } from '../moving/usePlacing';
import { PreviewHost } from '../preview/PreviewHost';
import { usePreview } from '../preview/usePreview';
import { countWords } from './countWords';
import { EntryContextMenu } from './EntryContextMenu';
import { gatheredActions } from './fileActions';
import { Details } from './FileDetails';
import { FileList } from './FileList';
import { ViewButtons } from './FilesToolbar';
import css from './FilesView.module.css';
import { LargeDownloadDialog } from './LargeDownloadDialog';
import { ListSkeleton } from './ListSkeleton';
import { SelectedBar } from './SelectedBar';
import { kindWords } from './typeWords';
import { useDetails } from './useDetails';
import { useEntryMenu } from './useEntryMenu';
import { useFileActions } from './useFileActions';
import { hasMarkedText, useListEvents } from './useListEvents';
import { useGathered, type Found } from './usePlaces';
import { useSelection } from './useSelection';

const modifiedOf = (entry: Entry) => entry.modified;

/** What a menu for sorting begins with where nothing was sorted yet. */
const NO_SORT: Sort = { column: 'name', direction: 'ascending' };

const NOTED_AS = { canWrite: true };

interface GatheredViewProps {
  title: string;
  listLabel: string;
  /** Must be stable. */
  ask: (app: App) => Promise<Found>;
  /** Grows bit by bit with what can be found. */
  bits?: number;
  /** How it is sorted at first; null: as it comes, the best first. */
  sort: Sort | null;
  empty: { icon: ReactNode; title: string; text: string };
  /** The root's id, whose findings concern everything. */
  rootId: string;
  onGoTo: (folder: string) => void;
  /** Above the list. */
  children?: ReactNode;
}

/** Entries from all over the tree: what has a star, what was changed last. */
export function GatheredView({ title, listLabel, ask, bits, sort: firstSort, empty, rootId, onGoTo, children }: GatheredViewProps) {
  const { t, locale } = useText();
  const { view: shownAs } = usePreferences();
  const [sort, setSort] = useState(firstSort);
  const gathered = useGathered(ask, bits);
  const tree = useAppState((state) => state.tree);
  const entries = useMemo(
    () => (sort === null ? (gathered?.entries ?? []) : sortEntries(gathered?.entries ?? [], sort, locale, (entry) => kindWords(entry, t))),
    [gathered, sort, locale, t],
  );
  const selection = useSelection(entries);
  const { selected, chosen, select, clear, deselect } = selection;
  const { download, trash, asking, downloadAnyway, stopAsking } = useFileActions(deselect);
  const { toggleStar, star } = useEditing();
  const details = useDetails(entries, selection);
  const menu = useEntryMenu(entries, selection);
  const preview = usePreview(entries);
  const { open: show } = preview;
  const { show: showDetails } = details;
  const open = useCallback((entry: Entry) => (entry.kind === 'folder' ? onGoTo(entry.id) : show(entry)), [onGoTo, show]);
  const placing = usePlacing({ onGoTo, onDone: deselect });
  const { ask: place, take } = placing;
  const goTo = useCallback((entry: Entry) => onGoTo(entry.folder), [onGoTo]);
  const actionsFor = useCallback(
    (about: readonly Entry[]) => gatheredActions(t, { open, goTo, download, place, take, trash, star, showDetails }, about),
    [t, open, goTo, download, place, take, trash, star, showDetails],
  );
  const menuFor = useCallback((entry: Entry) => actionsFor([entry]), [actionsFor]);
  const { area } = useListEvents({
    onKey: (event: KeyboardEvent, id) => {
      const about = selected.has(id) ? chosen : entries.filter((entry) => entry.id === id);
      if (event.key === 'Delete') trash(about);
      else if (event.key === 'c' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !hasMarkedText()) take('copy', about);
      else if (event.key === 's' && (event.ctrlKey || event.metaKey)) star(about);
      else return;
      event.preventDefault();
    },
    onMenu: menu.open,
  });
  const toggleView = () => setPreferences({ view: shownAs === 'list' ? 'grid' : 'list' });
  const isEmpty = entries.length === 0;
  const [first] = chosen;

  return (
    <div className={css.split}>
      <div className={css.column}>
        {first === undefined ? (
          <Toolbar title={title} detail={isEmpty ? undefined : countWords(entries, t)}>
            {!isEmpty && (
              <ViewButtons
                view={shownAs}
                onView={toggleView}
                sort={sort ?? NO_SORT}
                onSort={setSort}
                hasDetails={details.isPaneOpen}
                onDetails={details.toggle}
                timeLabel={t('files.column.modified')}
              />
            )}
          </Toolbar>
        ) : (
          <SelectedBar chosen={chosen} onClear={clear} actionsFor={actionsFor} />
        )}
        <div className={css.notes}>
          {children}
          <FolderFindings folder={rootId} />
          <p role="status" className={css.checking}>
            {tree !== 'ready' && gathered !== undefined ? t(`tree.${tree}`) : null}
          </p>
        </div>
        <div {...area} className={css.area} aria-busy={gathered?.isOld === true}>
          {gathered === undefined && <ListSkeleton label={t('files.loading')} view={shownAs} />}
          {gathered !== undefined && isEmpty && (
            <EmptyState icon={empty.icon} title={empty.title}>
              <p>{empty.text}</p>
            </EmptyState>
          )}
          {!isEmpty && (
            <FileList
              view={shownAs}
              label={listLabel}
              entries={entries}
              selected={selected}
              onSelect={select}
              sort={sort}
              onSort={setSort}
              onOpen={open}
              menuFor={menuFor}
              timeLabel={t('files.column.modified')}
              timeOf={modifiedOf}
              onStar={toggleStar}
              places={gathered?.places}
              excerpts={gathered?.excerpts}
              placeLabel={t('files.column.place')}
            />
          )}
        </div>
        <EntryContextMenu menu={menu} actionsFor={actionsFor} areaActions={[]} place={title} timeOf={modifiedOf} />
        <PreviewHost preview={preview} onDownload={(entry) => download([entry])} />
        {placing.dialog}
        <LargeDownloadDialog entries={asking} onConfirm={downloadAnyway} onClose={stopAsking} />
      </div>
      <Details editing={NOTED_AS} details={details} chosen={chosen} all={entries} place={title} />
    </div>
  );
}
