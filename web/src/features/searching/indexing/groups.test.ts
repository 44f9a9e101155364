import { expect, it } from 'vitest';
import { entryOf } from '../../../lib/entries.test-support';
import { inGroups } from './groups';

const KIB = 1024;
const sizes = (...of: number[]): number[][] => inGroups(of.map((size, index) => entryOf({ id: String(index), size }))).map((group) => group.map(({ size }) => size));

it('puts small files together, as far as they are few and short, and leaves others alone', () => {
  expect(sizes()).toEqual([]);
  expect(sizes(1, 300 * KIB, 2, 400 * KIB, 256 * KIB)).toEqual([[1, 2, 256 * KIB], [300 * KIB], [400 * KIB]]);
  expect(sizes(...Array.from({ length: 70 }, () => 1)).map(({ length }) => length)).toEqual([32, 32, 6]);
  expect(sizes(...Array.from({ length: 20 }, () => 256 * KIB)).map(({ length }) => length)).toEqual([16, 4]);
});
