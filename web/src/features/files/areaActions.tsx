import { ArrowDownUp, ClipboardPaste, FilePlus, FolderPlus, FolderUp, Info, LayoutGrid, List, Upload } from 'lucide-react';
import type { Translate } from '../../lib/i18n';
import type { View } from '../../lib/preferences';
import type { Sort } from '../../lib/sortEntries';
import type { MenuEntry } from '../../ui/Menu';
import type { Clipboard } from '../moving/clipboard';

interface AddActions {
  newFolder: () => void;
  note: () => void;
  upload: () => void;
  uploadFolder: () => void;
  /** What was cut or copied and could be put here. */
  held: Clipboard;
  paste: () => void;
}

/** What can be put into a folder. */
export function addActions(t: Translate, canWrite: boolean, { newFolder, note, upload, uploadFolder, held, paste }: AddActions): MenuEntry[] {
  const isDisabled = !canWrite;
  return [
    { id: 'new-folder', label: t('files.newFolder'), icon: <FolderPlus size={16} />, isDisabled, onAction: newFolder },
    { id: 'note', label: t('note.new'), icon: <FilePlus size={16} />, isDisabled, onAction: note },
    { id: 'upload', label: t('files.upload.choose'), icon: <Upload size={16} />, isDisabled, onAction: upload },
    { id: 'upload-folder', label: t('files.upload.folder'), icon: <FolderUp size={16} />, isDisabled, onAction: uploadFolder },
    ...(held.nodes.length === 0 ? [] : [{ id: 'paste', label: t(held.kind === 'cut' ? 'move.paste' : 'copy.paste', { count: held.nodes.length }), icon: <ClipboardPaste size={16} />, shortcut: t('key.paste'), isDisabled, onAction: paste }]),
  ];
}

interface ViewActions {
  view: View;
  sort: Sort;
  onView: () => void;
  onSort: (sort: Sort) => void;
  onDetails: () => void;
}

/** How a folder is shown. */
export function viewActions(t: Translate, { view, sort, onView, onSort, onDetails }: ViewActions): MenuEntry[] {
  return [
    {
      id: 'view',
      label: t(view === 'list' ? 'files.view.grid' : 'files.view.list'),
      icon: view === 'list' ? <LayoutGrid size={16} /> : <List size={16} />,
      beginsGroup: true,
      onAction: onView,
    },
    ...(['name', 'type', 'size', 'modified'] as const).map((column) => ({
      id: column,
      label: t(`files.sort.by.${column}`),
      icon: <ArrowDownUp size={16} />,
      isDisabled: sort.column === column,
      onAction: () => onSort({ ...sort, column }),
    })),
    { id: 'details', label: t('files.details'), icon: <Info size={16} />, beginsGroup: true, onAction: onDetails },
  ];
}
