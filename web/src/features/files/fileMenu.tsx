import { Download, Pencil, Trash2 } from 'lucide-react';
import type { Entry } from '../../crypto/types';
import type { Translate } from '../../lib/i18n';
import type { MenuEntry } from '../../ui/Menu';

interface Actions {
  download: (entries: readonly Entry[]) => void;
  rename: (id: string) => void;
  trash: (entries: readonly Entry[]) => Promise<void>;
}

/** What can be done to one file. */
export function fileMenu(t: Translate, canWrite: boolean, actions: Actions, entry: Entry): MenuEntry[] {
  return [
    {
      id: 'download',
      label: t('files.download'),
      icon: <Download size={16} />,
      isDisabled: entry.kind === 'folder',
      onAction: () => actions.download([entry]),
    },
    {
      id: 'rename',
      label: t('files.rename'),
      icon: <Pencil size={16} />,
      shortcut: 'F2',
      isDisabled: !canWrite,
      onAction: () => actions.rename(entry.id),
    },
    {
      id: 'trash',
      label: t('files.trash'),
      icon: <Trash2 size={16} />,
      shortcut: t('key.delete'),
      isDisabled: !canWrite,
      onAction: () => void actions.trash([entry]),
    },
  ];
}
