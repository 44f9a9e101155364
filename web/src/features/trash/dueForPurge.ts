import type { Entry } from '../../crypto/types';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The ids of what has been in the trash for so many days, by the clocks of the devices that put it there and look now. */
export function dueForPurge(trashed: readonly Pick<Entry, 'id' | 'trashed'>[], days: number, now: number): string[] {
  return trashed.filter((entry) => entry.trashed !== null && now - entry.trashed >= days * DAY_MS).map(({ id }) => id);
}
