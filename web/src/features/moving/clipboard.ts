import { useSyncExternalStore } from 'react';
import { Store } from '../../lib/store';

/** What waits to be pasted: the ids of what was cut, which is moved once, or of what was copied. */
export interface Clipboard {
  kind: 'cut' | 'copy';
  nodes: readonly string[];
}

/** It is lost with the page, and changes nothing until then. */
const clipboard = new Store<Clipboard>({ kind: 'cut', nodes: [] });

export function setClipboard(kind: Clipboard['kind'], nodes: readonly string[]): void {
  clipboard.set({ kind, nodes });
}

export function useClipboard(): Clipboard {
  return useSyncExternalStore(
    (listener) => clipboard.subscribe(listener),
    () => clipboard.get(),
  );
}
