import { expect, it } from 'vitest';
import { dueForPurge } from './dueForPurge';

const DAY = 86_400_000;
const NOW = 1000 * DAY;

it('takes what has been in the trash long enough, and nothing else', () => {
  const entries = [
    { id: 'old', trashed: NOW - 30 * DAY },
    { id: 'young', trashed: NOW - 30 * DAY + 1 },
    { id: 'live', trashed: null },
    // A device whose clock is ahead put it there.
    { id: 'later', trashed: NOW + DAY },
  ];
  expect(dueForPurge(entries, 30, NOW)).toEqual(['old']);
  expect(dueForPurge(entries, 7, NOW)).toEqual(['old', 'young']);
});
