import { isPassing, Problem } from './problem';
import { waitForNetwork } from './wait';

/** A few quick tries, then about two minutes of patience. */
export const RETRY_DELAYS: readonly number[] = [200, 1000, 2000, 5000, 10_000, 20_000, 30_000, 30_000, 30_000];
/** A server that wants more time than this gets it in several pieces. */
const LONGEST_DELAY = 60_000;

/** Does something again while the server cannot be reached, cannot answer, or asks for time. */
export async function patiently<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const delay = RETRY_DELAYS[attempt];
      if (delay === undefined || !isPassing(error)) throw error;
      await waitForNetwork(atLeast(delay, error), signal);
    }
  }
}

/** The delay, or the time that the server asked for, if that is longer. */
export function atLeast(delay: number, error: unknown): number {
  const asked = error instanceof Problem ? (error.retryAfter ?? 0) * 1000 : 0;
  return Math.min(LONGEST_DELAY, Math.max(delay, asked));
}
