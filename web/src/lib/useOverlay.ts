import { useRouter, type RouterHistory } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import { Overlays } from './overlays';

const overlays = new WeakMap<RouterHistory, Overlays>();

/** For a window over the page, as long as it is there: the browser's Back calls `close`. */
export function useOverlay(close: () => void): void {
  const { history } = useRouter();
  const onBack = useEffectEvent(close);
  useEffect(() => {
    const known = overlays.get(history) ?? new Overlays(history);
    overlays.set(history, known);
    return known.open(() => onBack());
  }, [history]);
}
