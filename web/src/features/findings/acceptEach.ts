import type { App, AppError, FoundFinding } from '../../app/contract';
import { asAppError } from '../../lib/appError';

export interface Accepting {
  /** How many are behind, whether or not it worked. */
  done: number;
  failed: number;
  /** Why the last of those that failed did. */
  error: AppError | null;
}

/** Whole folders that the server shows in an older state: what a restored backup makes of every folder that changed since. */
export function olderFolders(findings: readonly FoundFinding[]): readonly FoundFinding[] {
  return findings.filter(({ kind, folder, node }) => kind === 'rolled-back' && folder !== null && node === null);
}

/**
 * Accepts what the server shows of each, the outer folders first. One that cannot be accepted
 * is not in the way of the others. Between two of them it can be stopped.
 */
export async function acceptEach(
  app: Pick<App, 'path' | 'resolve'>,
  findings: readonly FoundFinding[],
  onStep: (now: Accepting) => void,
  signal: AbortSignal,
): Promise<Accepting> {
  const placed = await Promise.all(
    findings.map(async (finding) => ({ finding, depth: (finding.folder === null ? null : await app.path(finding.folder))?.length ?? Infinity })),
  );
  let now: Accepting = { done: 0, failed: 0, error: null };
  for (const { finding } of placed.sort((a, b) => (a.depth === b.depth ? 0 : a.depth - b.depth))) {
    if (signal.aborted) break;
    try {
      await app.resolve(finding, 'accept');
      now = { ...now, done: now.done + 1 };
    } catch (reason) {
      const error = asAppError(reason);
      const isOver = error.code === 'no-such-entry';
      now = isOver ? { ...now, done: now.done + 1 } : { done: now.done + 1, failed: now.failed + 1, error };
    }
    onStep(now);
  }
  return now;
}
