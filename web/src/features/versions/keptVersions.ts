import type { App, VersionInfo } from '../../app/contract';
import { getPreferences, versionRetentionOf } from '../../lib/preferences';
import { dueVersions } from './dueVersions';

/** A file's versions, newest first, once those were deleted for good that their owner does not want to keep. */
export async function keptVersions(app: Pick<App, 'getState' | 'versions' | 'deleteVersions'>, node: string, now: number): Promise<readonly VersionInfo[]> {
  const versions = await app.versions(node);
  const { phase } = app.getState();
  const retention = phase.name === 'unlocked' ? versionRetentionOf(getPreferences(), phase.userId) : null;
  const due = retention === null ? [] : dueVersions(versions, retention, now);
  if (due.length === 0) return versions;
  try {
    await app.deleteVersions(node, due);
  } catch {
    // What cannot be deleted now is due the next time as well.
    return versions;
  }
  return versions.filter(({ id }) => !due.includes(id));
}
