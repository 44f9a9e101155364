import { useCallback, useRef, type KeyboardEvent, type MouseEvent, type PointerEvent, type RefObject } from 'react';

/** Where a menu is wanted, and for which row; for none when it is empty space. */
export interface MenuRequest {
  x: number;
  y: number;
  id: string | null;
}

/** How the list was used last. */
export interface LastUse {
  by: 'mouse' | 'touch' | 'keyboard';
  x: number;
  y: number;
}

interface ListEvents {
  area: {
    ref: RefObject<HTMLDivElement | null>;
    onKeyDown: (event: KeyboardEvent) => void;
    onKeyDownCapture: () => void;
    onPointerDownCapture: (event: PointerEvent) => void;
    onContextMenu: (event: MouseEvent) => void;
  };
  lastUse: () => LastUse;
}

interface Handlers {
  /** Keys that the list itself does not know, with the row that has the focus. */
  onKey: (event: KeyboardEvent, id: string) => void;
  onMenu: (request: MenuRequest) => void;
}

/** Keys, right clicks and long presses in a list or grid of files, or in the space around it. */
export function useListEvents({ onKey, onMenu }: Handlers): ListEvents {
  const ref = useRef<HTMLDivElement>(null);
  const last = useRef<LastUse>({ by: 'mouse', x: 0, y: 0 });

  const onKeyDown = (event: KeyboardEvent) => {
    const id = rowAt(event.target, ref.current);
    if (id === null) return;
    const isMenuKey = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
    if (!isMenuKey || isField(event.target)) { onKey(event, id); return; }
    event.preventDefault();
    const box = (event.target as Element).closest('[role="row"]')?.getBoundingClientRect();
    if (box !== undefined) onMenu({ x: box.left + Math.min(48, box.width / 2), y: box.top + Math.min(box.height, 36), id });
  };

  const onContextMenu = (event: MouseEvent) => {
    if (!isWithin(event.target, ref.current) || isField(event.target)) return;
    event.preventDefault();
    // The key for it was dealt with above; some browsers send this event all the same.
    if (last.current.by === 'keyboard') return;
    const id = rowAt(event.target, ref.current);
    // A long press on a row selects it.
    if (last.current.by === 'touch' && id !== null) return;
    // The press that came before may have put the focus into a cell of it.
    event.target.closest<HTMLElement>('[role="row"][data-key]')?.focus();
    onMenu({ x: event.clientX, y: event.clientY, id });
  };

  const lastUse = useCallback(() => last.current, []);
  return {
    area: {
      ref,
      onKeyDown,
      onKeyDownCapture: () => {
        last.current = { ...last.current, by: 'keyboard' };
      },
      onPointerDownCapture: ({ pointerType, clientX, clientY }) => {
        last.current = { by: pointerType === 'touch' ? 'touch' : 'mouse', x: clientX, y: clientY };
      },
      onContextMenu,
    },
    lastUse,
  };
}

/** Whether a key was pressed in a list, where letters seek names. */
export function isInList(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role="grid"]') !== null;
}

/** Whether text of the page is marked, which is then what a person copies. */
export function hasMarkedText(): boolean {
  return getSelection()?.isCollapsed === false;
}

/** React passes on what happens in menus and dialogs that belong to a row; they are elsewhere on the page. */
function isWithin(target: EventTarget, area: Element | null): target is Element {
  return target instanceof Element && area !== null && area.contains(target);
}

function rowAt(target: EventTarget, area: Element | null): string | null {
  return isWithin(target, area) ? (target.closest('[role="row"][data-key]')?.getAttribute('data-key') ?? null) : null;
}

function isField(target: EventTarget): boolean {
  return target instanceof Element && target.matches('input:not([type="checkbox"])');
}
