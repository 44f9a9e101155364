import * as device from '../../lib/database';
import { getPreferences } from '../../lib/preferences';

/**
 * The account's keys as the server gave them last, so that this device opens without
 * it. Whoever has the device can try passwords on them, as the server could: they are
 * there unless that is not wanted, and gone with signing out.
 */
export const offline = {
  /** Null: nothing was kept, or this browser keeps nothing. */
  async find(): Promise<device.OfflineRecord | null> {
    return (await device.findOffline().catch(() => undefined)) ?? null;
  },

  /** It is a convenience: whatever is wrong with storing it, the vault is open. */
  async keep(owner: { userId: string; email: string }, keys: object): Promise<void> {
    if (!getPreferences().offline) return;
    await device.saveOffline({ ...owner, keys: JSON.stringify(keys) }).catch(() => undefined);
  },

  /** The server took these pins. With older ones beside the device's own, the keys would look rolled back. */
  async pushed(userId: string, body: string): Promise<void> {
    const known = await offline.find();
    if (known?.userId !== userId) return;
    const { pins } = JSON.parse(body) as { pins?: unknown };
    const keys = JSON.parse(known.keys) as object;
    await offline.keep(known, pins === undefined ? keys : { ...keys, pins });
  },

  async forget(): Promise<void> {
    await device.clearOffline().catch(() => undefined);
  },
};
