import 'fake-indexeddb/auto';

import { beforeEach, describe, expect, it, vi } from 'vitest';

import * as device from '../../lib/database';
import { setPreferences } from '../../lib/preferences';
import { offline } from './offline';
import { KEYS, problem, world } from './world.test-support';

beforeEach(async () => {
  await device.clearKept();
  await device.clearOffline();
  setPreferences({ offline: true });
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
});

/** A device that was signed in once and starts again without a server. */
async function away() {
  const it = world();
  await it.signIn();
  it.onUnlocked.mockClear();
  it.steps.length = 0;
  it.state.set({ phase: { name: 'starting' } });
  for (const call of [it.api.resume, it.api.keys, it.api.profile]) call.mockRejectedValue(problem('server-unreachable'));
  return it;
}

describe('without the server', () => {
  it('asks for the password and opens with what the device kept', async () => {
    const { session, state, api, keeper, email, onUnlocked } = await away();
    await session.start();
    expect(state.get().phase).toEqual({ name: 'locked', email });
    expect(api.expect).toHaveBeenCalledExactlyOnceWith('u1');
    await session.unlock('password');
    expect(keeper.unlock).toHaveBeenLastCalledWith(JSON.stringify(KEYS), expect.anything(), false);
    expect(onUnlocked).toHaveBeenCalledOnce();
    expect(state.get().phase.name).toBe('unlocked');
  });

  it('takes in what the server says once it answers', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { session, api, state, keeper } = await away();
    await session.start();
    await session.unlock('password');
    expect(keeper.mergeKeys).not.toHaveBeenCalled();
    api.keys.mockResolvedValue({ ...KEYS, salt: 'newer' });
    api.profile.mockResolvedValue({ userId: 'u1', email: 'e', storage: { used: 7, limit: 9 } });
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitFor(() => expect(state.get().storage).toEqual({ used: 7, limit: 9 }));
    vi.useRealTimers();
    expect(keeper.mergeKeys).toHaveBeenCalledOnce();
    expect((await offline.find())?.keys).toContain('newer');
  });

  it('opens by itself where the device is kept unlocked', async () => {
    const { session, state } = await away();
    state.set({ phase: { name: 'unlocked', email: 'e', userId: 'u1', rootId: 'r1' } });
    await session.setKept(true);
    state.set({ phase: { name: 'starting' } });
    await session.start();
    expect(state.get().phase.name).toBe('unlocked');
  });

  it('blames nobody when what it kept is not the newest', async () => {
    const { session, keeper, onCaught, state } = await away();
    await session.start();
    keeper.unlock.mockRejectedValueOnce(problem('account-rolled-back'));
    await expect(session.unlock('password')).rejects.toMatchObject({ code: 'server-unreachable' });
    expect(onCaught).not.toHaveBeenCalled();
    expect(state.get().phase.name).toBe('locked');
  });

  it('still says when the password is wrong', async () => {
    const { session, keeper } = await away();
    await session.start();
    keeper.unlock.mockRejectedValueOnce(problem('wrong-password'));
    await expect(session.unlock('password')).rejects.toMatchObject({ code: 'wrong-password' });
  });

  it('says what the server did wrong once it is back', async () => {
    const { session, api, keeper, onCaught } = await away();
    await session.start();
    keeper.mergeKeys.mockRejectedValueOnce(problem('account-rolled-back'));
    const opened = session.unlock('password');
    await opened;
    api.keys.mockResolvedValue(KEYS);
    await vi.waitFor(() => expect(onCaught).toHaveBeenCalledWith(expect.objectContaining({ code: 'account-rolled-back' })), { timeout: 8000 });
  }, 10_000);
});

describe('what the device keeps', () => {
  it('has the pins that the server took last', async () => {
    await offline.keep({ userId: 'u1', email: 'e' }, { ...KEYS, pins: { epoch: 1 } });
    await offline.pushed('u1', JSON.stringify({ pins: { epoch: 2 } }));
    await offline.pushed('u2', JSON.stringify({ pins: { epoch: 3 } }));
    expect(JSON.parse((await offline.find())!.keys)).toEqual({ ...KEYS, pins: { epoch: 2 } });
  });

  it('is nothing where that is not wanted, and goes with signing out', async () => {
    const { session, signIn } = world();
    await signIn();
    expect(await offline.find()).not.toBeNull();
    await session.setOffline(false);
    expect(await offline.find()).toBeNull();
    await session.setOffline(true);
    expect(await offline.find()).not.toBeNull();
    await session.signOut();
    expect(await offline.find()).toBeNull();
  });

  it('is replaced with the password, or forgotten if that cannot be', async () => {
    const { session, signIn, api } = world();
    await signIn();
    api.keys.mockResolvedValue({ ...KEYS, salt: 'newer' });
    await session.changePassword('one', 'two');
    expect((await offline.find())?.keys).toContain('newer');
    api.keys.mockResolvedValueOnce(KEYS).mockRejectedValueOnce(problem('offline'));
    await session.changePassword('two', 'three');
    expect(await offline.find()).toBeNull();
  });
});
