import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import type { Entry } from '../../crypto/types';
import { fileKind } from '../../lib/fileKind';
import type { ThumbnailCache } from './thumbnailCache';

export const ThumbnailsContext = createContext<ThumbnailCache | null>(null);

const nothing = (): void => undefined;

/** The address of a file's small picture, once it is there; asked for as long as the component is. */
export function useThumbnail(entry: Pick<Entry, 'id' | 'kind' | 'name' | 'mediaType' | 'modified' | 'size'>): string | null {
  const cache = useContext(ThumbnailsContext);
  const kind = entry.kind === 'file' ? fileKind(entry.name, entry.mediaType) : 'folder';
  // For nothing else are any made.
  const mayHave = kind === 'image' || kind === 'video' || kind === 'pdf';
  const { id } = entry;
  const state = `${String(entry.modified)} ${String(entry.size)}`;
  const subscribe = useCallback((listener: () => void) => (cache !== null && mayHave ? cache.watch(id, state, listener) : nothing), [cache, mayHave, id, state]);
  return useSyncExternalStore(subscribe, () => (mayHave ? (cache?.address(id, state) ?? null) : null));
}
