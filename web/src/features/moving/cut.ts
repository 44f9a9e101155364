import { useSyncExternalStore } from 'react';
import { Store } from '../../lib/store';

/** What was cut and waits to be moved: ids. It is lost with the page, and changes nothing until then. */
const cut = new Store<{ nodes: readonly string[] }>({ nodes: [] });

export function setCut(nodes: readonly string[]): void {
  cut.set({ nodes });
}

export function useCut(): readonly string[] {
  return useSyncExternalStore(
    (listener) => cut.subscribe(listener),
    () => cut.get().nodes,
  );
}
