import type { VersionInfo } from '../../app/contract';
import type { VersionRetention } from '../../lib/preferences';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The ids of the versions that their owner does not want to keep any longer: those beyond the newest ones, or those that
 * were replaced so many days ago, by the clocks of the devices that made them and look now. Never the current one, and,
 * of those that go by days, never the newest: nobody can tell since when an older one has been current in its place.
 */
export function dueVersions(versions: readonly VersionInfo[], retention: VersionRetention, now: number): string[] {
  const newestFirst = [...versions].sort((a, b) => b.time - a.time);
  const due = newestFirst.filter((_, index) => {
    if (retention.kind === 'newest') return index >= retention.count;
    const next = newestFirst[index - 1];
    return next !== undefined && now - next.time >= retention.days * DAY_MS;
  });
  return due.filter(({ current }) => !current).map(({ id }) => id);
}
