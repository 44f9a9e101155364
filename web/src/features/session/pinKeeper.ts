import type { Api } from '../../api/api';
import type { RunningKeeper } from '../../crypto/keeper';
import * as device from '../../lib/database';
import { Mutex } from '../../lib/mutex';
import { hasCode } from '../../lib/problem';

const PUSH_DELAY = 3000;
/** Two devices that push at once take turns; more rounds than this mean that something else is wrong. */
const MAX_ROUNDS = 5;

/**
 * Keeps what was last seen: on this device after every step, and sealed in the
 * account a little later, so that other devices can tell when they are lied to.
 */
export class PinKeeper {
  readonly #keeper: RunningKeeper['remote'];
  readonly #api: Api;
  readonly #owner: { userId: string; email: string };
  readonly #saving = new Mutex();
  readonly #pushing = new Mutex();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(keeper: RunningKeeper['remote'], api: Api, owner: { userId: string; email: string }) {
    this.#keeper = keeper;
    this.#api = api;
    this.#owner = owner;
  }

  /** After every step that may have moved a pin. */
  async moved(): Promise<void> {
    this.#schedule();
    await this.#saving.run(async () => {
      const pins = new Uint8Array(await this.#keeper.pins());
      await device.save({ ...this.#owner, pins });
    });
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
      // Not reaching the server is no loss: the next move tries again.
      this.#push().catch(() => undefined);
    }, PUSH_DELAY);
  }

  #push(): Promise<void> {
    return this.#pushing.run(async () => {
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const sealed = await this.#keeper.sealedPins();
        if (sealed === undefined) return;
        try {
          await this.#api.updateKeys(sealed);
          await this.#keeper.sealedPinsAccepted();
          return;
        } catch (error) {
          if (!hasCode(error, 'CONFLICT', 'HEAD_CONFLICT')) throw error;
          await this.#keeper.mergeKeys(JSON.stringify(await this.#api.keys()));
        }
      }
    });
  }
}
