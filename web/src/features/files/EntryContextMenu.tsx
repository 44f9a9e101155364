import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { ContextMenu, type MenuEntry } from '../../ui/Menu';
import { subjectOf } from './FileCells';
import type { EntryMenu } from './useEntryMenu';

interface EntryContextMenuProps {
  menu: EntryMenu;
  actionsFor: (entries: readonly Entry[]) => readonly MenuEntry[];
  /** For the space around the files. */
  areaActions: readonly MenuEntry[];
  /** The name of the place that they are in. */
  place: string;
  timeOf: (entry: Entry) => number;
}

/** The menu at the pointer: of one file, of the selected ones, or of the folder. */
export function EntryContextMenu({ menu: { at, about, close }, actionsFor, areaActions, place, timeOf }: EntryContextMenuProps) {
  const { t } = useText();
  const [first] = about;
  if (first === undefined) return <ContextMenu at={at} onClose={close} label={place} entries={areaActions} subject={{ title: place }} />;
  const isOne = about.length === 1;
  return (
    <ContextMenu
      at={at}
      onClose={close}
      label={isOne ? t('files.more.for', { name: first.name }) : t('files.actions')}
      entries={actionsFor(about)}
      subject={isOne ? subjectOf(first, timeOf(first)) : { title: t('files.selected', { count: about.length }) }}
    />
  );
}
