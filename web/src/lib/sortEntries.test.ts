import { describe, expect, it } from 'vitest';
import type { Entry } from '../crypto/types';
import { entryOf } from './entries.test-support';
import { sortEntries, type Sort } from './sortEntries';

const entry = (id: string, change: Partial<Entry>): Entry => entryOf({ id, ...change });
const order = (entries: Entry[], sort: Sort) => sortEntries(entries, sort, 'en', ({ mediaType }) => mediaType).map(({ id }) => id);

describe('the order of a list', () => {
  it('counts like people do and keeps folders first', () => {
    const entries = [entry('a', { name: 'img 10' }), entry('b', { name: 'IMG 9' }), entry('c', { name: 'z', kind: 'folder' })];
    expect(order(entries, { column: 'name', direction: 'ascending' })).toEqual(['c', 'b', 'a']);
    expect(order(entries, { column: 'name', direction: 'descending' })).toEqual(['c', 'a', 'b']);
  });

  it('falls back on names and then on ids, so that it never jumps', () => {
    const entries = [entry('2', { name: 'same', size: 5 }), entry('1', { name: 'same', size: 5 }), entry('3', { name: 'a', size: 5 })];
    expect(order(entries, { column: 'size', direction: 'ascending' })).toEqual(['3', '1', '2']);
  });

  it('sorts by type in the words that are shown, and by names within one', () => {
    const entries = [entry('1', { name: 'b', mediaType: 'Video' }), entry('2', { name: 'c', mediaType: 'Image' }), entry('3', { name: 'a', mediaType: 'Video' })];
    expect(order(entries, { column: 'type', direction: 'ascending' })).toEqual(['2', '3', '1']);
  });
});
