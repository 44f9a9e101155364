import type { Api, Profile } from '../../api/api';
import type { RunningKeeper } from '../../crypto/keeper';
import { atLeast } from '../../lib/patience';
import { hasCode, isPassing, Problem, toProblem } from '../../lib/problem';
import { wait, waitForNetwork } from '../../lib/wait';
import { offline } from './offline';
import type { PinKeeper } from './pinKeeper';

/** Opening an account while the server cannot be reached, and meeting it again. */

/** A server that says nothing for so long, in milliseconds, is taken for one that cannot be reached, if there is another way to start. */
const START_PATIENCE = 6000;
const [FIRST_DELAY, LONGEST_DELAY] = [3000, 60_000];

export type Keys = Awaited<ReturnType<Api['keys']>>;

/** Takes up the session, or says soon that the server cannot be reached where that is not the end. */
export async function resumeSoon(api: Api): Promise<void> {
  const resumed = api.resume();
  // Whoever waits for it hears of it; it may fail before.
  resumed.catch(() => undefined);
  if ((await offline.find()) === null) return resumed;
  const late = wait(START_PATIENCE).then(() => {
    throw new Problem({ code: 'server-unreachable', message: 'The server does not answer.' });
  });
  await Promise.race([resumed, late]);
}

/** From the server; while it cannot be reached, those that this device has kept. */
export async function accountKeys(api: Api): Promise<{ keys: Keys; isAway: boolean }> {
  try {
    return { keys: await api.keys(), isAway: false };
  } catch (error) {
    const known = isPassing(error) ? await offline.find() : null;
    if (known === null) throw error;
    return { keys: JSON.parse(known.keys) as Keys, isAway: true };
  }
}

/** That what this device has kept of the account is not the newest is not the server's fault: it is asked when it can be. */
export function asStale(error: unknown): unknown {
  if (!hasCode(toProblem(error), 'account-rolled-back', 'account-tampered')) return error;
  return new Problem({ code: 'server-unreachable', message: 'What this device has kept of the account is not the newest.' }, { cause: error });
}

interface Opened {
  api: Api;
  keeper: RunningKeeper['remote'];
  pins: PinKeeper;
  owner: { userId: string; email: string };
  /** Whether it has not been locked meanwhile. */
  isOpen(): boolean;
  onProfile(profile: Profile): void;
  onCaught(error: unknown): void;
}

/** Waits until the server answers, and takes in what it says of the account that was opened without it. */
export async function comeBack(opened: Opened): Promise<void> {
  const { api, keeper, pins, owner } = opened;
  for (let delay = FIRST_DELAY; opened.isOpen(); delay = Math.min(LONGEST_DELAY, 2 * delay)) {
    try {
      const keys = await api.keys();
      if (!opened.isOpen()) return;
      await keeper.mergeKeys(JSON.stringify(keys));
      await offline.keep(owner, keys);
      await pins.moved();
      opened.onProfile(await api.profile());
      return;
    } catch (error) {
      if (isPassing(error)) {
        await waitForNetwork(atLeast(delay, error));
      } else {
        if (opened.isOpen()) opened.onCaught(error);
        return;
      }
    }
  }
}
