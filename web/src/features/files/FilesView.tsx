import { FolderOpen, Upload } from 'lucide-react';
import { useCallback, useMemo, useState, type KeyboardEvent } from 'react';
import { useApp, useFolder } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { setPreferences } from '../../lib/preferences';
import { sortEntries } from '../../lib/sortEntries';
import { usePreferences } from '../../lib/usePreferences';
import { EmptyState } from '../../ui/EmptyState';
import { useNotify } from '../../ui/Notices';
import { FolderFindings } from '../findings/FolderFindings';
import { DropArea } from './DropArea';
import { FilesToolbar } from './FilesToolbar';
import { FileTable } from './FileTable';
import { fileMenu } from './fileMenu';
import { FolderStatus } from './FolderStatus';
import { LargeDownloadDialog } from './LargeDownloadDialog';
import { ListSkeleton } from './ListSkeleton';
import { RenameField } from './RenameField';
import { UploadButton } from './UploadButton';
import { useFileActions } from './useFileActions';
import { useSelection } from './useSelection';
import css from './FilesView.module.css';

const modifiedOf = (entry: Entry) => entry.modified;

/** One folder: its toolbar, its list, and everything that can be done to what is in it. */
export function FilesView({ folder }: { folder: string }) {
  const { t, locale } = useText();
  const app = useApp();
  const notify = useNotify();
  const state = useFolder(folder);
  const { sort } = usePreferences();
  const view = state.status === 'loading' ? undefined : state.view;
  const canWrite = state.status === 'ready' && state.view.verified;

  const entries = useMemo(
    () => sortEntries((view?.entries ?? []).filter((entry) => entry.trashed === null), sort, locale),
    [view, sort, locale],
  );
  const { selected, chosen, select, clear } = useSelection(entries);
  const [renaming, setRenaming] = useState<string | null>(null);
  const actions = useFileActions(folder, clear);

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

  const stopRenaming = useCallback((id: string) => {
    setRenaming(null);
    // The row takes the focus back from the field that is going away.
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[role="row"][data-key="${CSS.escape(id)}"]`)?.focus());
  }, []);

  const menuFor = useCallback(
    (entry: Entry) => fileMenu(t, canWrite, { ...actions, rename: setRenaming }, entry),
    [t, canWrite, actions],
  );

  const keyDown = (event: KeyboardEvent, id: string) => {
    const focused = entries.filter((entry) => entry.id === id);
    if (event.key === 'F2' && canWrite) setRenaming(id);
    else if (event.key === 'Delete' && canWrite) void actions.trash(selected.has(id) ? chosen : focused);
    else return;
    event.preventDefault();
  };

  const editing = entries.find((entry) => entry.id === renaming);
  const isEmpty = view !== undefined && entries.length === 0;

  return (
    <DropArea
      isDisabled={!canWrite}
      title={t('files.drop')}
      text={t('files.drop.text')}
      onDrop={upload}
    >
      <FilesToolbar
        count={view === undefined ? null : entries.length}
        chosen={chosen}
        canWrite={canWrite}
        sort={sort}
        onSort={(next) => setPreferences({ sort: next })}
        onUpload={upload}
        onClear={clear}
        onDownload={actions.download}
        onRename={setRenaming}
        onTrash={(picked) => void actions.trash(picked)}
      />
      <div className={css.notes}>
        <FolderFindings folder={folder} />
        <FolderStatus state={state} onRetry={() => void app.refreshFolder(folder)} />
      </div>
      {state.status === 'loading' && <ListSkeleton label={t('files.loading')} />}
      {isEmpty && state.status !== 'error' && (
        <EmptyState
          icon={<FolderOpen size={26} strokeWidth={1.5} />}
          title={t('files.empty')}
          actions={<UploadButton isDisabled={!canWrite} onUpload={upload} label={t('files.upload.choose')} icon={<Upload size={16} />} />}
        >
          <p>{t('files.empty.text')}</p>
        </EmptyState>
      )}
      {entries.length > 0 && (
        <FileTable
          label={t('files.list')}
          entries={entries}
          selected={selected}
          onSelect={select}
          sort={sort}
          onSort={(next) => setPreferences({ sort: next })}
          onOpen={(entry) => actions.download([entry])}
          onKey={keyDown}
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
                      onRename={(name) => app.rename(folder, editing.id, name)}
                      onClose={() => stopRenaming(editing.id)}
                    />
                  ),
                }
          }
        />
      )}
      <LargeDownloadDialog entries={actions.asking} onConfirm={actions.downloadAnyway} onClose={actions.stopAsking} />
    </DropArea>
  );
}
