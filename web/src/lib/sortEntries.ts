import type { Entry } from '../crypto/types';
import { collator } from './format';
import type { Preferences } from './preferences';

export type Sort = Preferences['sort'];

/** What an entry's type is called, for sorting by it. */
export type TypeOf = (entry: Entry) => string;

/** The time that "modified" sorts by. */
export type TimeOf = (entry: Entry) => number;

/** Folders first, then as asked; names decide between equals, ids between equal names, so that nothing jumps. */
export function sortEntries(
  entries: readonly Entry[],
  sort: Sort,
  locale: string,
  typeOf: TypeOf,
  timeOf: TimeOf = ({ modified }) => modified,
): Entry[] {
  const names = collator(locale);
  const sign = sort.direction === 'ascending' ? 1 : -1;
  const compareBy = (column: Sort['column'], a: Entry, b: Entry): number => {
    if (column === 'name') return 0;
    if (column === 'type') return names.compare(typeOf(a), typeOf(b));
    return column === 'size' ? a.size - b.size : timeOf(a) - timeOf(b);
  };
  const compare = (a: Entry, b: Entry): number => {
    if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1;
    const byColumn = compareBy(sort.column, a, b);
    if (byColumn !== 0) return sign * byColumn;
    return sign * names.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);
  };
  return [...entries].sort(compare);
}
