import { useEffect, useEffectEvent } from 'react';

const IN_ROW = '[role="row"][data-key] :is(button, a)';

/** Keys for the whole page. Text fields, menus and dialogs keep theirs. */
export function useWindowKeys(onKey: (event: KeyboardEvent) => void): void {
  const handle = useEffectEvent((event: KeyboardEvent) => {
    if (!event.defaultPrevented && !isElsewhere(event.target)) onKey(event);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (!(event.target instanceof Element) || event.target.closest(IN_ROW) === null) handle(event);
    };
    // What has the focus inside a row of a list keeps its keys to itself; they are heard on the way in.
    const early = (event: KeyboardEvent) => {
      if (event.target instanceof Element && event.target.closest(IN_ROW) !== null) handle(event);
    };
    window.addEventListener('keydown', listener);
    window.addEventListener('keydown', early, { capture: true });
    return () => {
      window.removeEventListener('keydown', listener);
      window.removeEventListener('keydown', early, { capture: true });
    };
  }, []);
}

function isElsewhere(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const isTyping = target.matches('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]');
  return isTyping || target.closest('[role="menu"], [role="dialog"], [role="alertdialog"]') !== null;
}
