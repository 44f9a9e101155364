import { ArrowDownUp, FilePlus, FolderOpen, Info, LayoutGrid, List, Plus, Upload } from 'lucide-react';
import { useCallback, useMemo, useState, type KeyboardEvent } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { useApp, useFolder } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { setPreferences } from '../../lib/preferences';
import { sortEntries } from '../../lib/sortEntries';
import { useFilePicker } from '../../lib/useFilePicker';
import { PHONE, useMedia } from '../../lib/useMedia';
import { usePreferences } from '../../lib/usePreferences';
import { Button } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import type { MenuEntry } from '../../ui/Menu';
import { useNotify } from '../../ui/Notices';
import { SelectionBar } from '../../ui/Toolbar';
import { NoteHost } from '../notes/NoteHost';
import { useNotes } from '../notes/useNotes';
import { PreviewHost } from '../preview/PreviewHost';
import { usePreview } from '../preview/usePreview';
import { FolderFindings } from '../findings/FolderFindings';
import { StorageNote } from '../frame/StorageNote';
import { DropArea } from './DropArea';
import { EntryContextMenu } from './EntryContextMenu';
import { fileActions } from './fileActions';
import { DetailsPane, DetailsSheet } from './FileDetails';
import { FileList } from './FileList';
import { FilesToolbar } from './FilesToolbar';
import { FolderFailed, FolderStatus } from './FolderStatus';
import { LargeDownloadDialog } from './LargeDownloadDialog';
import { ListSkeleton } from './ListSkeleton';
import { RenameField } from './RenameField';
import { kindWords } from './typeWords';
import { useDetails } from './useDetails';
import { useEntryMenu } from './useEntryMenu';
import { useFileActions } from './useFileActions';
import { useListEvents } from './useListEvents';
import { useSelection } from './useSelection';
import css from './FilesView.module.css';

const modifiedOf = (entry: Entry) => entry.modified;

/** One folder: its toolbar, its files, and everything that can be done to what is in it. */
export function FilesView({ folder, onGoTo }: { folder: string; onGoTo: (folder: string) => void }) {
  const { t, locale } = useText();
  const app = useApp();
  const notify = useNotify();
  const isPhone = useMedia(PHONE);
  const state = useFolder(folder);
  const { sort, view: shownAs } = usePreferences();
  const view = state.status === 'loading' ? undefined : state.view;
  const canWrite = state.status === 'ready' && state.view.verified;

  const entries = useMemo(
    () => sortEntries((view?.entries ?? []).filter((entry) => entry.trashed === null), sort, locale, (entry) => kindWords(entry, t)),
    [view, sort, locale, t],
  );
  const selection = useSelection(entries);
  const { selected, chosen, select, clear } = selection;
  const [renaming, setRenaming] = useState<string | null>(null);
  const actions = useFileActions(folder, clear);
  const details = useDetails(entries, selection);
  const menu = useEntryMenu(entries, selection);
  const preview = usePreview(entries);
  const notes = useNotes(folder, entries);

  const upload = useCallback(
    (files: readonly File[], folders: readonly string[] = []) => {
      if (files.length > 0) app.upload(folder, files);
      const [name = ''] = folders;
      if (folders.length > 0) {
        notify({
          text: t('files.drop.folders', { count: folders.length, name }),
          detail: t('files.drop.folders.text'),
          isProblem: true,
        });
      }
    },
    [app, folder, notify, t],
  );
  const picker = useFilePicker(upload);

  const stopRenaming = useCallback((id: string) => {
    setRenaming(null);
    // The row takes the focus back from the field that is going away.
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[role="row"][data-key="${CSS.escape(id)}"]`)?.focus());
  }, []);

  const { download, trash } = actions;
  const { show: showDetails } = details;
  const { open: show } = preview;
  const open = useCallback((entry: Entry) => (entry.kind === 'folder' ? onGoTo(entry.id) : show(entry)), [onGoTo, show]);
  const actionsFor = useCallback(
    (about: readonly Entry[]) => fileActions(t, canWrite, { open, download, trash, rename: setRenaming, showDetails }, about),
    [t, canWrite, open, download, trash, showDetails],
  );
  const menuFor = useCallback((entry: Entry) => actionsFor([entry]), [actionsFor]);

  const { area } = useListEvents({
    onKey: (event: KeyboardEvent, id) => {
      if (event.key === 'F2' && canWrite) setRenaming(id);
      else if (event.key === 'Delete' && canWrite) trash(selected.has(id) ? chosen : entries.filter((entry) => entry.id === id));
      else return;
      event.preventDefault();
    },
    onMenu: menu.open,
  });
  const toggleView = () => setPreferences({ view: shownAs === 'list' ? 'grid' : 'list' });
  const areaActions: MenuEntry[] = [
    { id: 'upload', label: t('files.upload.choose'), icon: <Upload size={16} />, isDisabled: !canWrite, onAction: picker.open },
    { id: 'note', label: t('note.new'), icon: <FilePlus size={16} />, isDisabled: !canWrite, onAction: notes.create },
    {
      id: 'view',
      label: t(shownAs === 'list' ? 'files.view.grid' : 'files.view.list'),
      icon: shownAs === 'list' ? <LayoutGrid size={16} /> : <List size={16} />,
      beginsGroup: true,
      onAction: toggleView,
    },
    ...(['name', 'type', 'size', 'modified'] as const).map((column) => ({
      id: column,
      label: t(`files.sort.by.${column}`),
      icon: <ArrowDownUp size={16} />,
      isDisabled: sort.column === column,
      onAction: () => setPreferences({ sort: { ...sort, column } }),
    })),
    { id: 'details', label: t('files.details'), icon: <Info size={16} />, beginsGroup: true, onAction: details.toggle },
  ];

  const editing = entries.find((entry) => entry.id === renaming);
  const isEmpty = view !== undefined && entries.length === 0;
  const [first] = chosen;

  return (
    <div className={css.split}>
      <DropArea isDisabled={!canWrite} title={t('files.drop')} text={t('files.drop.text')} onDrop={upload}>
        {picker.input}
        {first === undefined ? (
          <FilesToolbar
            count={view === undefined ? null : entries.length}
            canWrite={canWrite}
            view={shownAs}
            onView={toggleView}
            sort={sort}
            onSort={(next) => setPreferences({ sort: next })}
            hasDetails={details.isPaneOpen}
            onDetails={details.toggle}
            onNote={notes.create}
            onUpload={picker.open}
          />
        ) : (
          <SelectionBar
            label={t('files.actions')}
            title={t('files.selected', { count: chosen.length })}
            clearLabel={t('files.clear')}
            onClear={clear}
            actions={actionsFor(chosen)}
          />
        )}
        <div className={css.notes}>
          <StorageNote />
          <FolderFindings folder={folder} />
          <FolderStatus state={state} onRetry={() => void app.refreshFolder(folder)} />
        </div>
        {/* Lists handle the keys that they know; what they let through arrives here. */}
        { }
        <div {...area} className={css.area}>
          <FolderFailed state={state} onRetry={() => void app.refreshFolder(folder)} />
          {state.status === 'loading' && <ListSkeleton label={t('files.loading')} view={shownAs} />}
          {isEmpty && state.status !== 'error' && (
            <EmptyState
              icon={<FolderOpen size={26} strokeWidth={1.5} />}
              title={t('files.empty')}
              actions={
                <Button look="primary" isDisabled={!canWrite} onPress={picker.open} icon={<Upload size={16} />}>
                  {t('files.upload.choose')}
                </Button>
              }
            >
              <p>{t(isPhone ? 'files.empty.text.touch' : 'files.empty.text')}</p>
            </EmptyState>
          )}
          {entries.length > 0 && (
            <FileList
              view={shownAs}
              label={t('files.list')}
              entries={entries}
              selected={selected}
              onSelect={select}
              sort={sort}
              onSort={(next) => setPreferences({ sort: next })}
              onOpen={open}
              menuFor={menuFor}
              timeLabel={t('files.column.modified')}
              timeOf={modifiedOf}
              isChecking={state.status === 'checking'}
              editing={
                editing === undefined
                  ? null
                  : {
                      id: editing.id,
                      field: (
                        <RenameField
                          key={editing.id}
                          name={editing.name}
                          onRename={(name) => actions.rename(editing, name)}
                          onClose={() => stopRenaming(editing.id)}
                        />
                      ),
                    }
              }
            />
          )}
        </div>
        {isPhone && first === undefined && entries.length > 0 && (
          <AriaButton data-floating className={css.floating} aria-label={t('files.upload')} isDisabled={!canWrite} onPress={picker.open}>
            <Plus size={24} aria-hidden="true" />
          </AriaButton>
        )}
        <EntryContextMenu menu={menu} actionsFor={actionsFor} areaActions={areaActions} place={t('files.title')} timeOf={modifiedOf} />
        <PreviewHost preview={preview} onDownload={(entry) => download([entry])} onEdit={canWrite ? notes.edit : undefined} />
        <NoteHost notes={notes} onDownload={(id) => download(entries.filter((entry) => entry.id === id))} />
        <LargeDownloadDialog entries={actions.asking} onConfirm={actions.downloadAnyway} onClose={actions.stopAsking} />
      </DropArea>
      {details.isPaneOpen && <DetailsPane chosen={chosen} all={entries} place={t('files.title')} onClose={details.close} />}
      <DetailsSheet isOpen={details.inSheet !== null} chosen={details.inSheet ?? []} all={entries} place={t('files.title')} onClose={details.close} />
    </div>
  );
}
