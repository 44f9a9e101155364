import type { RunningKeeper } from '../../crypto/keeper';
import * as device from '../../lib/database';

type Keeper = Pick<RunningKeeper['remote'], 'keep'>;

/**
 * "Keep this device unlocked": the account key, wrapped under a key of this browser's
 * that no script can read. Whoever can use this browser profile can use it, so it is
 * there only if asked for, and gone with locking, signing out and the session's end.
 */
export const kept = {
  /** What the person wishes; null where this browser keeps nothing. */
  async isWanted(userId: string): Promise<boolean | null> {
    try {
      return (await device.findKept(userId)) !== undefined;
    } catch {
      return null;
    }
  },

  async find(userId: string): Promise<{ key: CryptoKey; kept: Uint8Array<ArrayBuffer> } | null> {
    try {
      return (await device.findKept(userId))?.secret ?? null;
    } catch {
      return null;
    }
  },

  async turnOn(userId: string, keeper: Keeper): Promise<void> {
    const key = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-512' }, false, ['sign']);
    await device.saveKept({ userId, secret: { key, kept: new Uint8Array(await keeper.keep(key)) } });
  },

  /** After the password was typed, or changed: with a new key, if it is wished, now or before. Resolves with whether it is on. */
  async renew(userId: string, keeper: Keeper, wish?: boolean): Promise<boolean> {
    try {
      if (wish ?? (await kept.isWanted(userId)) === true) {
        await kept.turnOn(userId, keeper);
        return true;
      }
    } catch {
      // It is a convenience: whatever is wrong with it, the vault is open.
    }
    await kept.forget();
    return false;
  },

  /** Until the password is typed again; the wish stays. */
  async pause(userId: string): Promise<void> {
    try {
      if ((await kept.isWanted(userId)) === true) await device.saveKept({ userId, secret: null });
    } catch {
      await kept.forget();
    }
  },

  async forget(): Promise<void> {
    await device.clearKept().catch(() => undefined);
  },
};
