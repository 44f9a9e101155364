import { useCallback, useMemo, useState } from 'react';
import type { Entry } from '../../crypto/types';
import type { MenuRequest } from './useListEvents';
import type { FileSelection } from './useSelection';

export interface EntryMenu {
  at: { x: number; y: number } | null;
  /** What the menu is about; empty for the space around the files. It stays while the menu closes. */
  about: readonly Entry[];
  open: (request: MenuRequest) => void;
  /** For what a finger tapped: the selection stays as it is. */
  openFor: (entry: Entry, at: { x: number; y: number }) => void;
  close: () => void;
}

/** Which menu is open where. A file that is not selected becomes the selection, as in every file manager. */
export function useEntryMenu(entries: readonly Entry[], { selected, chosen, select, clear }: FileSelection): EntryMenu {
  const [at, setAt] = useState<EntryMenu['at']>(null);
  const [about, setAbout] = useState<readonly Entry[]>([]);

  const open = useCallback(
    ({ x, y, id }: MenuRequest) => {
      const entry = entries.find((candidate) => candidate.id === id);
      if (entry === undefined) {
        clear();
        setAbout([]);
      } else if (selected.has(entry.id)) {
        setAbout(chosen);
      } else {
        select(new Set([entry.id]));
        setAbout([entry]);
      }
      setAt({ x, y });
    },
    [entries, selected, chosen, select, clear],
  );
  const openFor = useCallback((entry: Entry, { x, y }: { x: number; y: number }) => {
    setAbout([entry]);
    setAt({ x, y });
  }, []);
  const close = useCallback(() => setAt(null), []);
  return useMemo(() => ({ at, about, open, openFor, close }), [at, about, open, openFor, close]);
}
