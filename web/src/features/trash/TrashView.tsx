import { LayoutGrid, List, Trash2 } from 'lucide-react';
import { useCallback, useMemo, useState, type KeyboardEvent } from 'react';
import { useApp, useFolder } from '../../app/hooks';
import type { App } from '../../app/contract';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { setPreferences } from '../../lib/preferences';
import { sortEntries, type Sort } from '../../lib/sortEntries';
import { usePreferences } from '../../lib/usePreferences';
import { Button } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import type { MenuEntry } from '../../ui/Menu';
import { Toolbar } from '../../ui/Toolbar';
import { countWords } from '../files/countWords';
import { EntryContextMenu } from '../files/EntryContextMenu';
import { Details } from '../files/FileDetails';
import { FileList } from '../files/FileList';
import { ViewButtons } from '../files/FilesToolbar';
import css from '../files/FilesView.module.css';
import { FolderFailed, FolderStatus } from '../files/FolderStatus';
import { ListSkeleton } from '../files/ListSkeleton';
import { SelectedBar } from '../files/SelectedBar';
import { kindWords } from '../files/typeWords';
import { useDetails } from '../files/useDetails';
import { useEntryMenu } from '../files/useEntryMenu';
import { useListEvents } from '../files/useListEvents';
import { useGathered } from '../files/usePlaces';
import { useSelection } from '../files/useSelection';
import { FolderFindings } from '../findings/FolderFindings';
import { PurgeDialog, type PurgeQuestion } from './PurgeDialog';
import { trashActions } from './trashActions';
import { useTrashActions } from './useTrashActions';

const askTrashed = (app: App) => app.trashed();
const trashedOf = (entry: Entry) => entry.trashed ?? entry.modified;

export function TrashView({ folder }: { folder: string }) {
  const { t, locale } = useText();
  const app = useApp();
  const state = useFolder(folder);
  const { view: shownAs } = usePreferences();
  const [sort, setSort] = useState<Sort>({ column: 'modified', direction: 'descending' });
  const gathered = useGathered(askTrashed);
  const trashed = gathered?.entries;
  const canWrite = state.status === 'ready' && state.view.verified;

  const entries = useMemo(
    () =>
      sortEntries(
        trashed ?? [],
        sort,
        locale,
        (entry) => kindWords(entry, t),
        trashedOf,
      ),
    [trashed, sort, locale, t],
  );
  const selection = useSelection(entries);
  const { selected, chosen, select, clear, deselect } = selection;
  const [question, setQuestion] = useState<PurgeQuestion | null>(null);
  const { restore, purge } = useTrashActions(deselect);
  const details = useDetails(entries, selection);
  const menu = useEntryMenu(entries, selection);

  const { show: showDetails } = details;
  const actionsFor = useCallback(
    (about: readonly Entry[]) =>
      trashActions(t, canWrite, { restore, showDetails, askToPurge: (asked) => setQuestion({ entries: asked, isAll: false }) }, about),
    [t, canWrite, restore, showDetails],
  );
  const menuFor = useCallback((entry: Entry) => actionsFor([entry]), [actionsFor]);

  const { area, lastUse } = useListEvents({
    onKey: (event: KeyboardEvent, id) => {
      if (event.key !== 'Delete' || !canWrite) return;
      event.preventDefault();
      setQuestion({ entries: selected.has(id) ? chosen : entries.filter((entry) => entry.id === id), isAll: false });
    },
    onMenu: menu.open,
  });
  // Nothing in the trash is opened: a tap and Enter ask what to do with it.
  const open = (entry: Entry) => {
    const use = lastUse();
    if (use.by === 'touch') menu.openFor(entry, use);
    else showDetails([entry]);
  };

  const toggleView = () => setPreferences({ view: shownAs === 'list' ? 'grid' : 'list' });
  const emptyIt = () => setQuestion({ entries, isAll: true });
  const areaActions: MenuEntry[] = [
    {
      id: 'view',
      label: t(shownAs === 'list' ? 'files.view.grid' : 'files.view.list'),
      icon: shownAs === 'list' ? <LayoutGrid size={16} /> : <List size={16} />,
      onAction: toggleView,
    },
    {
      id: 'empty',
      label: t('trash.emptyIt'),
      icon: <Trash2 size={16} />,
      beginsGroup: true,
      isDanger: true,
      isDisabled: !canWrite || entries.length === 0,
      onAction: emptyIt,
    },
  ];
  const [first] = chosen;

  return (
    <div className={css.split}>
      <div className={css.column}>
        {first === undefined ? (
          <Toolbar title={t('trash.title')} detail={entries.length === 0 ? undefined : countWords(entries, t)}>
            {entries.length > 0 && (
              <>
                <ViewButtons
                  view={shownAs}
                  onView={toggleView}
                  sort={sort}
                  onSort={setSort}
                  hasDetails={details.isPaneOpen}
                  onDetails={details.toggle}
                  timeLabel={t('trash.column.trashed')}
                />
                <Button isDisabled={!canWrite} onPress={emptyIt}>
                  {t('trash.emptyIt')}
                </Button>
              </>
            )}
          </Toolbar>
        ) : (
          <SelectedBar chosen={chosen} onClear={clear} actionsFor={actionsFor} />
        )}
        <div className={css.notes}>
          <FolderFindings folder={folder} />
          <FolderStatus state={state} onRetry={() => void app.refreshFolder(folder)} />
          {entries.length > 0 && <p className={css.hint}>{t('trash.hint')}</p>}
        </div>
        {/* Lists handle the keys that they know; what they let through arrives here. */}
        <div {...area} className={css.area}>
          <FolderFailed state={state} onRetry={() => void app.refreshFolder(folder)} />
          {(state.status === 'loading' || (trashed === undefined && state.status !== 'error')) && <ListSkeleton label={t('files.loading')} view={shownAs} />}
          {trashed !== undefined && entries.length === 0 && state.status !== 'error' && state.status !== 'loading' && (
            <EmptyState icon={<Trash2 size={26} strokeWidth={1.5} />} title={t('trash.empty')}>
              <p>{t('trash.empty.text')}</p>
            </EmptyState>
          )}
          {entries.length > 0 && (
            <FileList
              view={shownAs}
              label={t('trash.list')}
              entries={entries}
              selected={selected}
              onSelect={select}
              sort={sort}
              onSort={setSort}
              onOpen={open}
              menuFor={menuFor}
              timeLabel={t('trash.column.trashed')}
              timeOf={trashedOf}
              places={gathered?.places}
              placeLabel={t('trash.from')}
              isChecking={state.status === 'checking'}
            />
          )}
        </div>
        <EntryContextMenu menu={menu} actionsFor={actionsFor} areaActions={areaActions} place={t('trash.title')} timeOf={trashedOf} />
        <PurgeDialog question={question} onClose={() => setQuestion(null)} onPurge={purge} />
      </div>
      <Details details={details} chosen={chosen} all={entries} place={t('trash.title')} />
    </div>
  );
}
