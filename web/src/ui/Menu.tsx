import { Check } from 'lucide-react';
import { Fragment, useEffect, useRef, type ReactElement, type ReactNode } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components/Menu';
import { PHONE, useMedia } from '../lib/useMedia';
import css from './Menu.module.css';
import { Sheet } from './Sheet';

export interface MenuEntry {
  id: string;
  label: string;
  icon?: ReactNode;
  /** The key that does the same, for those who look for it. */
  shortcut?: string;
  isDanger?: boolean;
  isDisabled?: boolean;
  /** Set apart from the ones before. */
  beginsGroup?: boolean;
  onAction: () => void;
}

/** What the menu is about, where it is a sheet. */
export interface MenuSubject {
  title: string;
  detail?: ReactNode;
  icon?: ReactNode;
}

interface MenuListProps {
  label: string;
  entries: readonly MenuEntry[];
  /** Marks the chosen ones, for menus that choose. */
  chosen?: ReadonlySet<string> | undefined;
  onClose?: () => void;
  isSheet: boolean;
}

function MenuList({ label, entries, chosen, onClose, isSheet }: MenuListProps) {
  return (
    <AriaMenu
      aria-label={label}
      className={`${css.menu} ${isSheet ? css.tall : ''}`}
      selectionMode={chosen === undefined ? 'none' : 'multiple'}
      {...(chosen !== undefined && { selectedKeys: chosen, onSelectionChange: () => undefined })}
      {...(onClose !== undefined && { onClose, autoFocus: 'first' as const })}
    >
      {entries.map((entry) => (
        <Fragment key={entry.id}>
          {entry.beginsGroup === true && <Separator className={css.line} />}
          <MenuItem
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
        </Fragment>
      ))}
    </AriaMenu>
  );
}

interface MenuProps {
  trigger: ReactElement;
  label: string;
  entries: readonly MenuEntry[];
  chosen?: ReadonlySet<string>;
  subject?: MenuSubject;
}

/** Opens from a button: below it, or as a sheet on phones. */
export function Menu({ trigger, label, entries, chosen, subject = { title: label } }: MenuProps) {
  const isPhone = useMedia(PHONE);
  return (
    <MenuTrigger>
      {trigger}
      {isPhone ? (
        <Sheet {...subject}>
          <MenuList isSheet label={label} entries={entries} chosen={chosen} />
        </Sheet>
      ) : (
        <Popover className={css.popover} placement="bottom end" offset={4}>
          <MenuList isSheet={false} label={label} entries={entries} chosen={chosen} />
        </Popover>
      )}
    </MenuTrigger>
  );
}

interface ContextMenuProps {
  /** Where in the window; null while it is closed. */
  at: { x: number; y: number } | null;
  onClose: () => void;
  label: string;
  entries: readonly MenuEntry[];
  subject: MenuSubject;
}

/** Opens where something was clicked or has the focus; as a sheet on phones. */
export function ContextMenu({ at, onClose, label, entries: given, subject }: ContextMenuProps) {
  const isPhone = useMedia(PHONE);
  const anchor = useRef<HTMLSpanElement>(null);
  // An action may put the focus somewhere. It waits for the menu to give the focus back first.
  const chosen = useRef<(() => void) | null>(null);
  const isOpen = at !== null;
  useEffect(() => {
    if (isOpen || chosen.current === null) return;
    const act = chosen.current;
    chosen.current = null;
    requestAnimationFrame(() => requestAnimationFrame(act));
  }, [isOpen]);
  const entries = given.map((entry) => ({
    ...entry,
    onAction: () => {
      chosen.current = entry.onAction;
    },
  }));

  if (isPhone) {
    return (
      <Sheet isOpen={isOpen} onClose={onClose} {...subject}>
        <MenuList isSheet label={label} entries={entries} onClose={onClose} />
      </Sheet>
    );
  }
  return (
    <>
      {/* Window coordinates are physical ones in every writing direction. */}
      <span ref={anchor} className={css.anchor} style={{ left: at?.x ?? 0, top: at?.y ?? 0 }} aria-hidden="true" />
      <Popover
        triggerRef={anchor}
        isOpen={isOpen}
        onOpenChange={(open) => {
          if (!open) onClose();
        }}
        className={css.popover}
        placement="bottom start"
        offset={2}
      >
        <div role="presentation" onContextMenu={(event) => event.preventDefault()}>
          <MenuList isSheet={false} label={label} entries={entries} onClose={onClose} />
        </div>
      </Popover>
    </>
  );
}
