import type { Api } from '../../api/api';
import type { RunningKeeper } from '../../crypto/keeper';
import * as device from '../../lib/database';
import { Mutex } from '../../lib/mutex';
import { hasCode, isPassing } from '../../lib/problem';
import { offline } from './offline';

const PUSH_DELAY = 3000;
/** Two devices that push at once take turns; more rounds than this mean that something else is wrong. */
const MAX_ROUNDS = 5;

/** Web Locks, which all windows of this device share. */
export type Locks = Pick<LockManager, 'request'>;

export interface PinEvents {
  /** What the server got wrong while nobody was waiting for an answer. */
  onCaught: (error: unknown) => void;
  /** On another device somebody has accepted an older state of the account, as after a restored backup. */
  onOlderAccepted: (userId: string) => void;
}

/**
 * Keeps what was last seen: on this device after every step, and sealed in the
 * account a little later, so that other devices can tell when they are lied to.
 */
export class PinKeeper {
  readonly #keeper: RunningKeeper['remote'];
  readonly #api: Api;
  readonly #owner: { userId: string; email: string };
  readonly #locks: Locks;
  readonly #hear: PinEvents;
  readonly #pushing = new Mutex();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(keeper: RunningKeeper['remote'], api: Api, owner: { userId: string; email: string }, locks: Locks, hear: PinEvents) {
    this.#keeper = keeper;
    this.#api = api;
    this.#owner = owner;
    this.#locks = locks;
    this.#hear = hear;
  }

  /** After every step that may have moved a pin. Other windows write the same record: of everything the later is kept. */
  async moved(): Promise<void> {
    this.#schedule();
    await this.#save();
  }

  async #save(): Promise<void> {
    await this.#locks.request(`strongroom pins ${this.#owner.userId}`, async () => {
      const kept = await device.findByUser(this.#owner.userId);
      const pins = await (kept === undefined ? this.#keeper.pins() : this.#keeper.exchangePins(kept.pins));
      await device.save({ ...this.#owner, pins: new Uint8Array(pins) });
    });
  }

  /** Once the account's own pins were taken in. */
  async heed(): Promise<void> {
    if (await this.#keeper.takeAcceptedElsewhere()) this.#hear.onOlderAccepted(this.#owner.userId);
  }

  /** Pushes what has not been pushed; before locking and signing out. */
  async flush(): Promise<void> {
    this.stop();
    await this.#push();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(): void {
    this.stop();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#push().catch((error: unknown) => {
        // Not reaching the server is no loss: the next move tries again.
        if (!isPassing(error)) this.#hear.onCaught(error);
      });
    }, PUSH_DELAY);
  }

  #push(): Promise<void> {
    return this.#pushing.run(async () => {
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const sealed = await this.#keeper.sealedPins();
        if (sealed === undefined) return;
        try {
          await this.#api.updateKeys(sealed);
          await offline.pushed(this.#owner.userId, sealed);
          await this.#keeper.sealedPinsAccepted();
          // A device that forgot what it has told the account could not tell that the account is older.
          await this.#save();
          return;
        } catch (error) {
          if (!hasCode(error, 'CONFLICT', 'HEAD_CONFLICT')) throw error;
          const keys = await this.#api.keys();
          await this.#keeper.mergeKeys(JSON.stringify(keys));
          await this.heed();
          await offline.keep(this.#owner, keys);
        }
      }
    });
  }
}
