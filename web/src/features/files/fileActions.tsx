import { Download, Eye, Info, Pencil, Trash2 } from 'lucide-react';
import type { Entry } from '../../crypto/types';
import type { Translate } from '../../lib/i18n';
import type { MenuEntry } from '../../ui/Menu';

interface Actions {
  open: (entry: Entry) => void;
  download: (entries: readonly Entry[]) => void;
  rename: (id: string) => void;
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
      isDisabled: entries.length > 1 || first.kind === 'folder',
      onAction: () => actions.open(first),
    },
    {
      id: 'download',
      label: t('files.download'),
      icon: <Download size={16} />,
      isDisabled: entries.every((entry) => entry.kind === 'folder'),
      onAction: () => actions.download(entries),
    },
    {
      id: 'rename',
      label: t('files.rename'),
      icon: <Pencil size={16} />,
      shortcut: 'F2',
      isDisabled: !canWrite || entries.length > 1,
      onAction: () => actions.rename(first.id),
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
