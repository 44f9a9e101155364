import { useCallback, useMemo, useState } from 'react';
import type { Entry } from '../../crypto/types';
import { useWindowKeys } from '../../lib/useWindowKeys';

export interface FileSelection {
  selected: ReadonlySet<string>;
  /** The selected entries, in the list's order. */
  chosen: readonly Entry[];
  select: (ids: ReadonlySet<string>) => void;
  clear: () => void;
}

/** What is selected of what is there; entries that leave the list leave the selection. */
export function useSelection(entries: readonly Entry[]): FileSelection {
  const [wanted, select] = useState<ReadonlySet<string>>(new Set());
  const chosen = useMemo(() => entries.filter((entry) => wanted.has(entry.id)), [entries, wanted]);
  const selected = useMemo(() => new Set(chosen.map((entry) => entry.id)), [chosen]);
  const clear = useCallback(() => select(new Set()), []);
  // Lists know this key themselves; here it holds for the rest of the page.
  useWindowKeys((event) => {
    if (event.key === 'Escape' && selected.size > 0) clear();
  });
  return { selected, chosen, select, clear };
}
