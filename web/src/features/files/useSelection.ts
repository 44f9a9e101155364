import { useCallback, useMemo, useState } from 'react';
import type { Entry } from '../../crypto/types';
import { useWindowKeys } from '../../lib/useWindowKeys';

export interface FileSelection {
  selected: ReadonlySet<string>;
  /** The selected entries, in the list's order. */
  chosen: readonly Entry[];
  select: (ids: ReadonlySet<string>) => void;
  clear: () => void;
  /** What an action was about is not selected any more; what somebody selected meanwhile is. */
  deselect: (ids: readonly string[]) => void;
}

/** What is selected of what is there; entries that leave the list leave the selection. */
export function useSelection(entries: readonly Entry[]): FileSelection {
  const [wanted, select] = useState<ReadonlySet<string>>(new Set());
  const chosen = useMemo(() => entries.filter((entry) => wanted.has(entry.id)), [entries, wanted]);
  const selected = useMemo(() => new Set(chosen.map((entry) => entry.id)), [chosen]);
  const clear = useCallback(() => select(new Set()), []);
  const deselect = useCallback((ids: readonly string[]) => select((now) => without(now, ids)), []);
  // Lists know this key themselves; here it holds for the rest of the page.
  useWindowKeys((event) => {
    if (event.key === 'Escape' && selected.size > 0) clear();
  });
  return { selected, chosen, select, clear, deselect };
}

export function without(selected: ReadonlySet<string>, ids: readonly string[]): ReadonlySet<string> {
  const gone = new Set(ids);
  return new Set([...selected].filter((id) => !gone.has(id)));
}
