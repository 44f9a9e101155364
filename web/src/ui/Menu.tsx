import { Check } from 'lucide-react';
import { Fragment, useCallback, useEffect, useMemo, useRef, type ReactElement, type ReactNode } from 'react';
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
  /** In a menu of its own where actions are shown as buttons: everywhere, or where there is least room for them. */
  isMinor?: boolean | 'phone';
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
  /** Called when the menu has left the page, not when it begins to. */
  onGone: () => void;
  isSheet: boolean;
}

/**
 * Holds a chosen action back until the menu is gone: as long as it is there, even fading, it
 * keeps the focus to itself and would take it from what the action opens.
 */
function useHeldBack(entries: readonly MenuEntry[]): { entries: readonly MenuEntry[]; onGone: () => void } {
  const chosen = useRef<(() => void) | null>(null);
  const held = useMemo(
    () =>
      entries.map((entry) => ({
        ...entry,
        onAction: () => {
          chosen.current = entry.onAction;
        },
      })),
    [entries],
  );
  const onGone = useCallback(() => {
    const act = chosen.current;
    chosen.current = null;
    // The menu gives the focus back one frame after it has gone.
    if (act !== null) requestAnimationFrame(() => requestAnimationFrame(act));
  }, []);
  return { entries: held, onGone };
}

/**
 * A menu opens while the mouse's button is still down, and what it is let go over is chosen. Below its
 * button that is a choice; a sheet appears under the pointer, so there only what is pressed in it is.
 */
function PressesOfItsOwn({ children }: { children: ReactNode }) {
  const hasBegun = useRef(false);
  return (
    <div
      role="presentation"
      className={css.presses}
      onPointerDownCapture={() => {
        hasBegun.current = true;
      }}
      onPointerUpCapture={(event) => {
        if (!hasBegun.current) event.stopPropagation();
      }}
    >
      {children}
    </div>
  );
}

function MenuList({ label, entries, chosen, onClose, onGone, isSheet }: MenuListProps) {
  useEffect(() => onGone, [onGone]);
  const menu = (
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
  return isSheet ? <PressesOfItsOwn>{menu}</PressesOfItsOwn> : menu;
}

interface MenuProps {
  trigger: ReactElement;
  label: string;
  entries: readonly MenuEntry[];
  chosen?: ReadonlySet<string>;
  subject?: MenuSubject;
}

/** Opens from a button: below it, or as a sheet on phones. */
export function Menu({ trigger, label, entries: given, chosen, subject = { title: label } }: MenuProps) {
  const isPhone = useMedia(PHONE);
  const { entries, onGone } = useHeldBack(given);
  return (
    <MenuTrigger>
      {trigger}
      {isPhone ? (
        <Sheet {...subject}>
          <MenuList isSheet label={label} entries={entries} chosen={chosen} onGone={onGone} />
        </Sheet>
      ) : (
        <Popover className={css.popover} placement="bottom end" offset={4}>
          <MenuList isSheet={false} label={label} entries={entries} chosen={chosen} onGone={onGone} />
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
  const { entries, onGone } = useHeldBack(given);
  const isOpen = at !== null;

  if (isPhone) {
    return (
      <Sheet isOpen={isOpen} onClose={onClose} {...subject}>
        <MenuList isSheet label={label} entries={entries} onClose={onClose} onGone={onGone} />
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
          <MenuList isSheet={false} label={label} entries={entries} onClose={onClose} onGone={onGone} />
        </div>
      </Popover>
    </>
  );
}
