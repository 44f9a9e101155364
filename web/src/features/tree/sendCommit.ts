import type { Api, StorageNumbers } from '../../api/api';
import { atLeast } from '../../lib/patience';
import { hasCode, isPassing } from '../../lib/problem';
import { waitForNetwork } from '../../lib/wait';

const QUICK_DELAYS = [300, 1000, 2000];
const LONGEST_DELAY = 30_000;

export interface SendOptions {
  patient: boolean;
  /** It was sent and no answer came: it may or may not have happened. */
  onUncertain(): void;
  signal: AbortSignal;
}

/**
 * Sends a commit until its fate is known: a repeat gets the first answer, so
 * sending it again is safe. Patient callers wait for the server as long as it
 * takes; the others get the error after a few tries.
 */
export async function sendCommit(request: string, api: Pick<Api, 'commit'>, options: SendOptions): Promise<StorageNumbers> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await api.commit(request);
    } catch (error) {
      if (isPassing(error) && !hasCode(error, 'RATE_LIMITED')) options.onUncertain();
      const delay = QUICK_DELAYS[attempt] ?? (options.patient ? LONGEST_DELAY : null);
      if (delay === null || !isPassing(error) || (!options.patient && hasCode(error, 'offline', 'RATE_LIMITED'))) throw error;
      await waitForNetwork(atLeast(delay, error), options.signal);
    }
  }
}
