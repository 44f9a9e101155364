import { useSyncExternalStore } from 'react';
import type { SearchKind, Wanted } from '../../crypto/types';
import { Store } from '../../lib/store';

export interface Sought {
  text: string;
  kind: SearchKind | null;
  tag: string | null;
  /** Changed within so many days. */
  days: number | null;
  starred: boolean;
}

const NOTHING: Sought = { text: '', kind: null, tag: null, days: null, starred: false };
const DAY_MS = 24 * 60 * 60 * 1000;
/** More than anybody scrolls through. */
const MOST = 500;

/** What somebody looks for. Not in the address: the browser would keep it, and a reload would tell the server. */
const sought = new Store<Sought>(NOTHING);

export function setSought(change: Partial<Sought>): void {
  sought.set(change);
}

export function useSought(): Sought {
  return useSyncExternalStore(
    (listener) => sought.subscribe(listener),
    () => sought.get(),
  );
}

/** Whether anything is looked for at all. */
export function isSought({ text, kind, tag, days, starred }: Sought): boolean {
  return text.trim() !== '' || kind !== null || tag !== null || days !== null || starred;
}

/** The same as the vault is asked it. */
export function wantedOf({ text, kind, tag, days, starred }: Sought, now: number): Wanted {
  return {
    limit: MOST,
    ...(text.trim() !== '' && { text: text.trim() }),
    ...(kind !== null && { kinds: [kind] }),
    ...(tag !== null && { tags: [tag] }),
    ...(days !== null && { from: now - days * DAY_MS }),
    ...(starred && { starred }),
  };
}
