import { useCallback } from 'react';
import type { App } from '../../app/contract';
import { useTree } from '../../app/hooks';
import type { Entry, PathStep } from '../../crypto/types';

export interface FolderPlace {
  /** From the root to the folder; only the folder itself while nobody knows where it hangs. */
  path: readonly PathStep[];
  /** The folder, or the one above it, that is in the trash; null: none is. */
  trashed: Entry | null;
}

/** Where a folder is; undefined while nobody knows. */
export function useFolderPlace(folder: string): FolderPlace | null | undefined {
  return useTree(useCallback((app: App) => placeOf(app, folder), [folder]));
}

async function placeOf(app: App, folder: string): Promise<FolderPlace | null> {
  const path = await app.path(folder);
  if (path === null) return null;
  const entries = await Promise.all(path.map(({ id }) => app.entry(id)));
  return { path, trashed: entries.find((entry) => entry !== null && entry.trashed !== null) ?? null };
}
