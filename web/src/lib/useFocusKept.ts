import { useEffect } from 'react';

/** When this goes away with the focus in it, the page's content takes the focus, not nothing. */
export function useFocusKept(): void {
  useEffect(() => keepFocus, []);
}

/** Waits until what is going has gone; then, if nothing has the focus, the page's content gets it. */
export function keepFocus(): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.getElementById('main')?.focus({ preventScroll: true });
  });
}
