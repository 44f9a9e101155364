import { useCallback, useSyncExternalStore } from 'react';

export const PHONE = '(max-width: 699px)';
/** Room for a pane beside a list, or for more columns in it. */
export const ROOMY = '(min-width: 1100px)';
export const TOUCH = '(pointer: coarse)';

/** Whether a media query matches now. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}
