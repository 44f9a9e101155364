import { Copy, CopyPlus, Download, Eye, FolderInput, FolderSearch, Info, Pencil, Scissors, Star, StarOff, Trash2 } from 'lucide-react';
import type { Entry } from '../../crypto/types';
import type { Translate } from '../../lib/i18n';
import type { MenuEntry } from '../../ui/Menu';
import type { Clipboard } from '../moving/clipboard';
import type { PlaceKind } from '../moving/usePlacing';

interface Actions {
  open: (entry: Entry) => void;
  download: (entries: readonly Entry[]) => void;
  rename: (id: string) => void;
  /** Asks for the folder to move or copy into. */
  place: (kind: PlaceKind, entries: readonly Entry[]) => void;
  /** Keeps it to be pasted. */
  take: (kind: Clipboard['kind'], entries: readonly Entry[]) => void;
  star: (entries: readonly Entry[]) => void;
  showDetails: (entries: readonly Entry[]) => void;
  trash: (entries: readonly Entry[]) => void;
}

/** What can be done to one file or to several: in menus, in sheets and above the list. */
export function fileActions(t: Translate, canWrite: boolean, actions: Actions, entries: readonly Entry[]): MenuEntry[] {
  const [first] = entries;
  if (first === undefined) return [];
  return [
    {
      id: 'open',
      label: t('files.open'),
      icon: <Eye size={16} />,
      shortcut: t('key.enter'),
      isDisabled: entries.length > 1,
      isMinor: true,
      onAction: () => actions.open(first),
    },
    {
      id: 'download',
      label: t('files.download'),
      icon: <Download size={16} />,
      onAction: () => actions.download(entries),
    },
    {
      id: 'rename',
      label: t('files.rename'),
      icon: <Pencil size={16} />,
      shortcut: 'F2',
      isDisabled: !canWrite || entries.length > 1,
      isMinor: true,
      onAction: () => actions.rename(first.id),
    },
    {
      id: 'move',
      label: t('move.action'),
      icon: <FolderInput size={16} />,
      beginsGroup: true,
      isDisabled: !canWrite,
      onAction: () => actions.place('move', entries),
    },
    {
      id: 'copy',
      label: t('copy.action'),
      icon: <CopyPlus size={16} />,
      isMinor: 'phone',
      onAction: () => actions.place('copy', entries),
    },
    {
      id: 'cut',
      label: t('move.cut'),
      icon: <Scissors size={16} />,
      shortcut: t('key.cut'),
      isDisabled: !canWrite,
      isMinor: true,
      onAction: () => actions.take('cut', entries),
    },
    {
      id: 'take',
      label: t('move.copy'),
      icon: <Copy size={16} />,
      shortcut: t('key.copy'),
      isMinor: true,
      onAction: () => actions.take('copy', entries),
    },
    {
      id: 'star',
      label: t(entries.every(({ starred }) => starred) ? 'star.remove' : 'star.add'),
      icon: entries.every(({ starred }) => starred) ? <StarOff size={16} /> : <Star size={16} />,
      shortcut: t('key.star'),
      beginsGroup: true,
      isDisabled: !canWrite,
      isMinor: true,
      onAction: () => actions.star(entries),
    },
    {
      id: 'details',
      label: t('files.details'),
      icon: <Info size={16} />,
      shortcut: t('key.details'),
      onAction: () => actions.showDetails(entries),
    },
    {
      id: 'trash',
      label: t('files.trash'),
      icon: <Trash2 size={16} />,
      shortcut: t('key.delete'),
      beginsGroup: true,
      isDisabled: !canWrite,
      onAction: () => actions.trash(entries),
    },
  ];
}

interface GatheredActions extends Pick<Actions, 'open' | 'download' | 'place' | 'take' | 'star' | 'showDetails' | 'trash'> {
  /** To the folder that it is in. */
  goTo: (entry: Entry) => void;
}

/** The same where entries from several folders are shown together. */
export function gatheredActions(t: Translate, { goTo, ...actions }: GatheredActions, entries: readonly Entry[]): MenuEntry[] {
  const [first] = entries;
  if (first === undefined) return [];
  const all = fileActions(t, true, { ...actions, rename: () => undefined }, entries);
  return [
    ...all.filter(({ id }) => id === 'open'),
    { id: 'go', label: t('files.goTo'), icon: <FolderSearch size={16} />, isDisabled: entries.length > 1, onAction: () => goTo(first) },
    ...all.filter(({ id }) => ['download', 'move', 'copy', 'take', 'star', 'details', 'trash'].includes(id)),
  ];
}
