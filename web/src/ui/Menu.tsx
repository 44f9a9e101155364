import type { ReactElement, ReactNode } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from 'react-aria-components/Menu';
import { Check } from 'lucide-react';
import css from './Menu.module.css';

export interface MenuEntry {
  id: string;
  label: string;
  icon?: ReactNode;
  /** The key that does the same, for those who look for it. */
  shortcut?: string;
  isDanger?: boolean;
  isDisabled?: boolean;
  onAction: () => void;
}

interface MenuProps {
  trigger: ReactElement;
  label: string;
  entries: readonly MenuEntry[];
  /** Marks the chosen ones, for menus that choose. */
  chosen?: ReadonlySet<string>;
}

export function Menu({ trigger, label, entries, chosen }: MenuProps) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={css.popover} placement="bottom end" offset={4}>
        <AriaMenu
          aria-label={label}
          className={css.menu}
          selectionMode={chosen === undefined ? 'none' : 'multiple'}
          {...(chosen !== undefined && { selectedKeys: chosen, onSelectionChange: () => undefined })}
        >
          {entries.map((entry) => (
            <MenuItem
              key={entry.id}
              id={entry.id}
              textValue={entry.label}
              isDisabled={entry.isDisabled ?? false}
              onAction={entry.onAction}
              className={`${css.item} ${entry.isDanger === true ? css.danger : ''}`}
            >
              {chosen === undefined ? entry.icon : <span className={css.mark}>{chosen.has(entry.id) && <Check size={16} />}</span>}
              <span className={css.label}>{entry.label}</span>
              {entry.shortcut !== undefined && <kbd className={css.shortcut}>{entry.shortcut}</kbd>}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
