import { createContext, useContext } from 'react';
import type { Entry } from '../../crypto/types';

/** A copy that is being made. */
export interface CopyJob {
  id: number;
  /** What is copied: how many, and the name of the first. */
  count: number;
  name: string;
  /** The folder that it goes into; empty: the root. */
  folder: string;
  /** Files so far, and of how many; null while they are being listed. */
  done: number;
  total: number | null;
}

interface Copying {
  /** Those that have been running long enough to be worth a word. */
  jobs: readonly CopyJob[];
  isBusy: boolean;
  /** Copies in the background; messages tell how it ends. `onShow` leads to the copies. */
  copy: (nodes: readonly string[], to: string, onShow?: () => void) => void;
  cancel: (job: number) => void;
}

export const CopyingContext = createContext<Copying>({ jobs: [], isBusy: false, copy: () => undefined, cancel: () => undefined });

export function useCopying(): Copying {
  return useContext(CopyingContext);
}

/** What can be copied of what was asked for. */
export function copyable(entries: readonly (Entry | null)[]): Entry[] {
  return entries.filter((entry): entry is Entry => entry !== null && entry.trashed === null);
}
