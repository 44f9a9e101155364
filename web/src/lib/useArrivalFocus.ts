import { useEffect, type RefObject } from 'react';

let lastPlace: string | null = null;

/** For pages that place the focus themselves: what follows them has been navigated to. */
export function noteArrival(place: string): void {
  lastPlace = place;
}

/**
 * Moves the focus to a page that was navigated to, so that a screen reader and the
 * keyboard start there. The very first page of a visit is left to the browser.
 */
export function useArrivalFocus(target: RefObject<HTMLElement | null>, place: string): void {
  useEffect(() => {
    if (lastPlace !== null && lastPlace !== place) target.current?.focus({ preventScroll: true });
    lastPlace = place;
  }, [target, place]);
}
