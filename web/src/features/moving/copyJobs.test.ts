import { expect, it } from 'vitest';
import { afterStep, shownJobs, type AskedCopy, type CopyStep } from './copyJobs';

const after = (...steps: CopyStep[]) => steps.reduce<readonly AskedCopy[]>(afterStep, []);
const known: CopyStep = { id: 1, kind: 'known', about: { count: 2, name: 'a.txt', folder: 'There' } };
const shown = { id: 1, count: 2, name: 'a.txt', folder: 'There', done: 0, total: null };

it('shows a copy that takes long, however long it takes to learn what it is about', () => {
  expect(shownJobs(after({ id: 1, kind: 'asked' }, { id: 1, kind: 'late' }))).toEqual([]);
  expect(shownJobs(after({ id: 1, kind: 'asked' }, { id: 1, kind: 'late' }, known))).toEqual([shown]);
  expect(shownJobs(after({ id: 1, kind: 'asked' }, known))).toEqual([]);
  expect(shownJobs(after({ id: 1, kind: 'asked' }, known, { id: 1, kind: 'late' }, { id: 1, kind: 'progress', done: 1, total: 3 }))).toEqual([{ ...shown, done: 1, total: 3 }]);
});

it('knows of a copy from the moment it is asked for until it is over', () => {
  expect(after({ id: 1, kind: 'asked' })).toHaveLength(1);
  expect(after({ id: 1, kind: 'asked' }, { id: 2, kind: 'asked' }, { id: 1, kind: 'over' })).toMatchObject([{ id: 2 }]);
});
