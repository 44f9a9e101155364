import { FolderOpen, Plus, Upload } from 'lucide-react';
import { lazy, Suspense, useCallback, useMemo, useState, type KeyboardEvent } from 'react';
import { flushSync } from 'react-dom';
import { Button as AriaButton } from 'react-aria-components/Button';
import { useApp, useFolder } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { setPreferences } from '../../lib/preferences';
import { sortEntries } from '../../lib/sortEntries';
import { useFilePicker } from '../../lib/useFilePicker';
import { PHONE, useMedia } from '../../lib/useMedia';
import { usePreferences } from '../../lib/usePreferences';
import { useWindowKeys } from '../../lib/useWindowKeys';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { useEditing } from '../editing/useEditing';
import { CrumbTarget } from '../moving/CrumbTarget';
import { usePlacing } from '../moving/usePlacing';
import { NoteHost } from '../notes/NoteHost';
import { useNotes } from '../notes/useNotes';
import { PreviewHost } from '../preview/PreviewHost';
import { usePreview } from '../preview/usePreview';
import { FolderFindings } from '../findings/FolderFindings';
import { StorageNote } from '../frame/StorageNote';
import { useUndo } from '../undo/useUndo';
import { UploadingNote } from '../uploading/UploadingNote';
import { useUploading } from '../uploading/useUploading';
import { addActions, viewActions } from './areaActions';
import { countWords } from './countWords';
import { DropArea } from './DropArea';
import { EntryContextMenu } from './EntryContextMenu';
import { fileActions } from './fileActions';
import { Details } from './FileDetails';
import { FileList } from './FileList';
import { FilesToolbar } from './FilesToolbar';
import { FolderFailed, FolderStatus, isFolderGone } from './FolderStatus';
import { LargeDownloadDialog } from './LargeDownloadDialog';
import { ListSkeleton } from './ListSkeleton';
import { PathBar } from './PathBar';
import { RenameField } from './RenameField';
import { SelectedBar } from './SelectedBar';
import { kindWords } from './typeWords';
import { useDetails } from './useDetails';
import { useEntryMenu } from './useEntryMenu';
import { useFileActions } from './useFileActions';
import type { FolderPlace } from './useFolderPlace';
import { hasMarkedText, isInList, useListEvents } from './useListEvents';
import { useSelection } from './useSelection';
import css from './FilesView.module.css';

const NewFolderDialog = lazy(() => import('./NewFolderDialog'));

const modifiedOf = (entry: Entry) => entry.modified;

/** One folder: its toolbar, its files, and everything that can be done to what is in it. */
interface FilesViewProps {
  folder: string;
  rootId: string;
  /** Null or undefined while nobody knows where the folder is. */
  place: FolderPlace | null | undefined;
  onGoTo: (folder: string) => void;
}

export function FilesView({ folder, rootId, place, onGoTo }: FilesViewProps) {
  const { t, locale } = useText();
  const app = useApp();
  const isPhone = useMedia(PHONE);
  const state = useFolder(folder);
  const { sort, view: shownAs } = usePreferences();
  const view = state.status === 'loading' ? undefined : state.view;
  const path = place?.path;
  const trashedAbove = place?.trashed ?? null;
  const canWrite = state.status === 'ready' && state.view.verified && trashedAbove === null;
  const isGone = isFolderGone(state);
  const name = folder === rootId ? t('files.title') : (path?.at(-1)?.name ?? '');

  const entries = useMemo(
    () => sortEntries((view?.entries ?? []).filter((entry) => entry.trashed === null), sort, locale, (entry) => kindWords(entry, t)),
    [view, sort, locale, t],
  );
  const selection = useSelection(entries);
  const { selected, chosen, select, clear, deselect } = selection;
  const [renaming, setRenaming] = useState<string | null>(null);
  const actions = useFileActions(deselect);
  const { toggleStar, star } = useEditing();
  const notedAs = useMemo(() => ({ canWrite }), [canWrite]);
  const details = useDetails(entries, selection);
  const menu = useEntryMenu(entries, selection);
  const preview = usePreview(entries);
  const notes = useNotes(folder, entries);

  const uploading = useUploading();
  const picker = useFilePicker(useCallback((picked) => app.upload(folder, picked.map((item) => ({ ...item, path: [] }))), [app, folder]));
  const { pick } = uploading;
  const folderPicker = useFilePicker(useCallback((picked) => pick(picked.map(({ file }) => file), folder), [pick, folder]), { isFolder: true });

  const placing = usePlacing({ here: folder, onGoTo, onDone: deselect });
  const { ask, take, held, drop } = placing;
  const [over, setOver] = useState<string | null>(null);
  const cut = useMemo(() => new Set(held.kind === 'cut' ? held.nodes : []), [held]);
  const paste = () => placing.paste(folder);
  const { doUndoable } = useUndo();
  const [isNaming, setNaming] = useState(false);
  const startFolder = () => setNaming(true);
  const createFolder = useCallback(
    (wanted: string) =>
      doUndoable(async () => {
        const id = await app.createFolder(folder, wanted);
        const made = (await app.entry(id))?.name ?? wanted;
        select(new Set([id]));
        return {
          done: t('files.newFolder.done', { name: made }),
          undone: t('files.newFolder.undone', { name: made }),
          about: [id],
          undo: (still) => app.trash(still),
        };
      }),
    [app, folder, doUndoable, select, t],
  );

  const stopRenaming = useCallback((id: string) => {
    // The name of something else may be edited by now.
    flushSync(() => setRenaming((now) => (now === id ? null : now)));
    // The row takes the focus back from the field that is going away, not from where somebody is meanwhile.
    requestAnimationFrame(() => {
      const row = document.querySelector<HTMLElement>(`[role="row"][data-key="${CSS.escape(id)}"]`);
      const { activeElement: now } = document;
      if (now === null || now === document.body || row?.contains(now) === true) row?.focus();
    });
  }, []);

  const { download, trash } = actions;
  const { show: showDetails } = details;
  const { open: show } = preview;
  const open = useCallback((entry: Entry) => (entry.kind === 'folder' ? onGoTo(entry.id) : show(entry)), [onGoTo, show]);
  const actionsFor = useCallback(
    (about: readonly Entry[]) => fileActions(t, canWrite, { open, download, trash, rename: setRenaming, place: ask, take, star, showDetails }, about),
    [t, canWrite, open, download, trash, setRenaming, ask, take, star, showDetails],
  );
  const menuFor = useCallback((entry: Entry) => actionsFor([entry]), [actionsFor]);

  const { area } = useListEvents({
    onKey: (event: KeyboardEvent, id) => {
      const about = selected.has(id) ? chosen : entries.filter((entry) => entry.id === id);
      const isCombined = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
      if (event.key === 'F2' && canWrite) setRenaming(id);
      else if (event.key === 'x' && isCombined && canWrite) take('cut', about);
      else if (event.key === 'c' && isCombined && !hasMarkedText()) take('copy', about);
      else if (event.key === 's' && isCombined && canWrite) star(about);
      else if (event.key === 'Delete' && canWrite) trash(about);
      else return;
      event.preventDefault();
    },
    onMenu: menu.open,
  });
  const toggleView = () => setPreferences({ view: shownAs === 'list' ? 'grid' : 'list' });
  const adding = addActions(t, canWrite, { newFolder: startFolder, note: notes.create, upload: picker.open, uploadFolder: folderPicker.open, held, paste });
  const viewing = viewActions(t, { view: shownAs, sort, onView: toggleView, onSort: (next) => setPreferences({ sort: next }), onDetails: details.toggle });
  useWindowKeys((event) => {
    if (preview.entry !== null || notes.note !== null) return;
    if (event.key === 'v' && (event.ctrlKey || event.metaKey) && !event.shiftKey && held.nodes.length > 0 && canWrite) {
      event.preventDefault();
      paste();
    }
    if (event.key === 's' && !event.ctrlKey && !event.metaKey && !event.altKey && canWrite && !isInList(event.target)) star(chosen);
    const parent = path?.at(-2);
    const isUp = event.key === 'Backspace' || (event.key === 'ArrowUp' && event.altKey);
    if (!isUp || parent === undefined) return;
    event.preventDefault();
    onGoTo(parent.id);
  });

  const isFolder = (id: string) => !selected.has(id) && entries.some((entry) => entry.id === id && entry.kind === 'folder');
  const editing = entries.find((entry) => entry.id === renaming);
  const isEmpty = view !== undefined && entries.length === 0;
  const [first] = chosen;

  return (
    <div className={css.split}>
      <DropArea isDisabled={!canWrite} title={t('files.drop')} text={t('files.drop.text', { name })} isFolder={isFolder} over={over} onOver={setOver} onNodes={drop} onDrop={(items, into, handles) => uploading.drop(items, into ?? folder, handles)}>
        {picker.input}
        {folderPicker.input}
        {first === undefined ? (
          <FilesToolbar
            path={path !== undefined && <PathBar path={path} onGoTo={onGoTo} step={(step, link) => <CrumbTarget onNodes={(nodes) => drop(nodes, step.id)}>{link}</CrumbTarget>} />}
            title={isGone ? t('files.gone') : name}
            detail={entries.length === 0 || isGone ? undefined : countWords(entries, t)}
            more={[...adding, ...viewing]}
            onNewFolder={startFolder}
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
          <SelectedBar chosen={chosen} onClear={clear} actionsFor={actionsFor} />
        )}
        <div className={css.notes}>
          <StorageNote />
          <UploadingNote uploading={uploading} />
          <FolderFindings folder={folder} />
          {trashedAbove !== null && (
            <Banner tone="warning" title={t('files.inTrash')}>
              <p>{t('files.inTrash.text', { name: trashedAbove.name })}</p>
            </Banner>
          )}
          {!isGone && <FolderStatus state={state} onRetry={() => void app.refreshFolder(folder)} />}
        </div>
        {/* Lists handle the keys that they know; what they let through arrives here. */}
        <div {...area} className={css.area}>
          <FolderFailed state={state} onRetry={() => void app.refreshFolder(folder)} onLeave={() => onGoTo(rootId)} />
          {state.status === 'loading' && <ListSkeleton label={t('files.loading')} view={shownAs} />}
          {isEmpty && state.status !== 'error' && (
            <EmptyState
              icon={<FolderOpen size={26} strokeWidth={1.5} />}
              title={t(folder === rootId ? 'files.empty' : 'files.empty.folder')}
              actions={
                <Button look="primary" isDisabled={!canWrite} onPress={picker.open} icon={<Upload size={16} />}>
                  {t('files.upload.choose')}
                </Button>
              }
            >
              <p>{t(isPhone ? 'files.empty.text.touch' : 'files.empty.text')}</p>
            </EmptyState>
          )}
          {entries.length > 0 && !isGone && (
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
              cut={cut}
              over={over}
              isDraggable={canWrite}
              onStar={canWrite ? toggleStar : undefined}
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
        <EntryContextMenu menu={menu} actionsFor={actionsFor} areaActions={[...adding, ...viewing]} place={name} timeOf={modifiedOf} />
        <PreviewHost preview={preview} onDownload={(entry) => download([entry])} onEdit={canWrite ? notes.edit : undefined} />
        <NoteHost notes={notes} onDownload={(id) => download(entries.filter((entry) => entry.id === id))} />
        {isNaming && (
          <Suspense fallback={null}>
            <NewFolderDialog onCreate={createFolder} onClose={() => setNaming(false)} />
          </Suspense>
        )}
        {placing.dialog}
        <LargeDownloadDialog entries={actions.asking} onConfirm={actions.downloadAnyway} onClose={actions.stopAsking} />
      </DropArea>
      <Details editing={notedAs} details={details} chosen={chosen} all={entries} place={name} />
    </div>
  );
}
