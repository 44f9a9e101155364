import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import type { MenuEntry } from '../../ui/Menu';
import { SelectionBar } from '../../ui/Toolbar';

interface SelectedBarProps {
  chosen: readonly Entry[];
  onClear: () => void;
  actionsFor: (entries: readonly Entry[]) => readonly MenuEntry[];
}

/** What can be done with the selected entries, in the toolbar's place. */
export function SelectedBar({ chosen, onClear, actionsFor }: SelectedBarProps) {
  const { t } = useText();
  return (
    <SelectionBar
      label={t('files.actions')}
      title={t('files.selected', { count: chosen.length })}
      clearLabel={t('files.clear')}
      moreLabel={t('files.actions.more')}
      onClear={onClear}
      actions={actionsFor(chosen)}
    />
  );
}
