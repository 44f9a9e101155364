import { Download, Eye, FolderInput, FolderSearch, Info, Pencil, Scissors, Star, StarOff, Trash2 } from 'lucide-react';
import type { Entry } from '../../crypto/types';
import type { Translate } from '../../lib/i18n';
import type { MenuEntry } from '../../ui/Menu';

interface Actions {
  open: (entry: Entry) => void;
  download: (entries: readonly Entry[]) => void;
  rename: (id: string) => void;
  move: (entries: readonly Entry[]) => void;
  cut: (entries: readonly Entry[]) => void;
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
      isDisabled: !canWrite,
      onAction: () => actions.move(entries),
    },
    {
      id: 'cut',
      label: t('move.cut'),
      icon: <Scissors size={16} />,
      shortcut: t('key.cut'),
      isDisabled: !canWrite,
      isMinor: true,
      onAction: () => actions.cut(entries),
    },
    {
      id: 'star',
      label: t(entries.every(({ starred }) => starred) ? 'star.remove' : 'star.add'),
      icon: entries.every(({ starred }) => starred) ? <StarOff size={16} /> : <Star size={16} />,
      shortcut: t('key.star'),
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

interface GatheredActions extends Pick<Actions, 'open' | 'download' | 'star' | 'showDetails' | 'trash'> {
  /** To the folder that it is in. */
  goTo: (entry: Entry) => void;
}

/** The same where entries from several folders are shown together. */
export function gatheredActions(t: Translate, { goTo, ...actions }: GatheredActions, entries: readonly Entry[]): MenuEntry[] {
  const [first] = entries;
  if (first === undefined) return [];
  const nothing = () => undefined;
  const all = fileActions(t, true, { ...actions, rename: nothing, move: nothing, cut: nothing }, entries);
  return [
    ...all.filter(({ id }) => id === 'open'),
    { id: 'go', label: t('files.goTo'), icon: <FolderSearch size={16} />, isDisabled: entries.length > 1, onAction: () => goTo(first) },
    ...all.filter(({ id }) => ['download', 'star', 'details', 'trash'].includes(id)),
  ];
}
