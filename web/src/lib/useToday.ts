import { useSyncExternalStore } from 'react';

const MINUTE = 60_000;

/** The start of the current day, in milliseconds; renders again when a new day begins. */
export function useToday(): number {
  return useSyncExternalStore(subscribe, startOfDay);
}

function subscribe(listener: () => void): () => void {
  const timer = setInterval(listener, MINUTE);
  return () => clearInterval(timer);
}

function startOfDay(): number {
  return new Date().setHours(0, 0, 0, 0);
}
