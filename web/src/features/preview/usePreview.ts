import { useCallback, useMemo, useState } from 'react';
import type { Entry } from '../../crypto/types';

export interface PreviewState {
  /** What is shown; null: nothing. */
  entry: Entry | null;
  /** The files that can be turned to, in their order. */
  files: readonly Entry[];
  open: (entry: Entry) => void;
  close: () => void;
}

/** Which file of a folder is being looked at. One that goes away meanwhile is no longer shown. */
export function usePreview(entries: readonly Entry[]): PreviewState {
  const [id, setId] = useState<string | null>(null);
  const files = useMemo(() => entries.filter(({ kind }) => kind === 'file'), [entries]);
  const entry = useMemo(() => files.find((file) => file.id === id) ?? null, [files, id]);
  const open = useCallback((wanted: Entry) => setId(wanted.id), []);
  const close = useCallback(() => setId(null), []);
  return useMemo(() => ({ entry, files, open, close }), [entry, files, open, close]);
}
