import { expect, it } from 'vitest';
import type { VersionInfo } from '../../app/contract';
import { dueVersions } from './dueVersions';

const DAY = 86_400_000;
const NOW = 1000 * DAY;
const version = (id: string, daysAgo: number, current = false): VersionInfo => ({ id, size: 1, time: NOW - daysAgo * DAY, current });
const four = [version('d', 0, true), version('c', 10), version('b', 40), version('a', 400)];

it('keeps the newest ones, in whatever order they come', () => {
  expect(dueVersions([...four].reverse(), { kind: 'newest', count: 2 }, NOW)).toEqual(['b', 'a']);
  expect(dueVersions(four, { kind: 'newest', count: 4 }, NOW)).toEqual([]);
});

it('never takes the current one, however old it is', () => {
  const restored = four.map((one) => ({ ...one, current: one.id === 'a' }));
  expect(dueVersions(restored, { kind: 'newest', count: 1 }, NOW)).toEqual(['c', 'b']);
  expect(dueVersions(restored, { kind: 'days', days: 1 }, NOW)).toEqual(['b']);
});

it('counts the days since a version was replaced, not since it was made', () => {
  // A year-old version that was replaced just now is what somebody may want back.
  expect(dueVersions([version('new', 0, true), version('old', 400)], { kind: 'days', days: 30 }, NOW)).toEqual([]);
  expect(dueVersions(four, { kind: 'days', days: 30 }, NOW)).toEqual(['a']);
  expect(dueVersions(four, { kind: 'days', days: 10 }, NOW)).toEqual(['b', 'a']);
  expect(dueVersions(four, { kind: 'days', days: 41 }, NOW)).toEqual([]);
});

it('takes nothing on the word of a clock that is ahead', () => {
  expect(dueVersions([version('b', -5, true), version('a', -3)], { kind: 'days', days: 1 }, NOW)).toEqual([]);
});
