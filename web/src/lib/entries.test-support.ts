import type { Entry } from '../crypto/types';

/** An ordinary file, but for what is given. */
export function entryOf(change: Partial<Entry> & { id: string }): Entry {
  return {
    folder: 'root',
    kind: 'file',
    name: change.id,
    mediaType: '',
    size: 0,
    modified: 0,
    trashed: null,
    starred: false,
    tags: [],
    description: '',
    category: '',
    version: null,
    ...change,
  };
}
