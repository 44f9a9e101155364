import type { Entry } from '../crypto/types';
import { collator } from './format';
import type { Preferences } from './preferences';

export type Sort = Preferences['sort'];

/** Folders first, then as asked; names decide between equals, ids between equal names, so that nothing jumps. */
export function sortEntries(entries: readonly Entry[], sort: Sort, locale: string): Entry[] {
  const names = collator(locale);
  const sign = sort.direction === 'ascending' ? 1 : -1;
  const compare = (a: Entry, b: Entry): number => {
    if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1;
    const byColumn = sort.column === 'name' ? 0 : a[sort.column] - b[sort.column];
    if (byColumn !== 0) return sign * byColumn;
    return sign * names.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);
  };
  return [...entries].sort(compare);
}
