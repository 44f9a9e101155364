import { useEffect, useEffectEvent } from 'react';

/** Keys for the whole page. Text fields, menus and dialogs keep theirs. */
export function useWindowKeys(onKey: (event: KeyboardEvent) => void): void {
  const handle = useEffectEvent((event: KeyboardEvent) => {
    if (!event.defaultPrevented && !isElsewhere(event.target)) onKey(event);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => handle(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}

function isElsewhere(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const isTyping = target.matches('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]');
  return isTyping || target.closest('[role="menu"], [role="dialog"], [role="alertdialog"]') !== null;
}
