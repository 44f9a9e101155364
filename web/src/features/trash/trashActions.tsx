import { ArchiveRestore, Info, Trash2 } from 'lucide-react';
import type { Entry } from '../../crypto/types';
import type { Translate } from '../../lib/i18n';
import type { MenuEntry } from '../../ui/Menu';

interface Actions {
  restore: (entries: readonly Entry[]) => void;
  showDetails: (entries: readonly Entry[]) => void;
  askToPurge: (entries: readonly Entry[]) => void;
}

/** What can be done to what is in the trash. */
export function trashActions(t: Translate, canWrite: boolean, actions: Actions, entries: readonly Entry[]): MenuEntry[] {
  return [
    {
      id: 'restore',
      label: t('trash.restore'),
      icon: <ArchiveRestore size={16} />,
      isDisabled: !canWrite,
      onAction: () => actions.restore(entries),
    },
    {
      id: 'details',
      label: t('files.details'),
      icon: <Info size={16} />,
      shortcut: t('key.details'),
      onAction: () => actions.showDetails(entries),
    },
    {
      id: 'purge',
      label: t('trash.purge'),
      icon: <Trash2 size={16} />,
      shortcut: t('key.delete'),
      isDanger: true,
      beginsGroup: true,
      isDisabled: !canWrite,
      onAction: () => actions.askToPurge(entries),
    },
  ];
}
