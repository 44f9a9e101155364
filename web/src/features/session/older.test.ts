import 'fake-indexeddb/auto';

import { beforeEach, describe, expect, it, vi } from 'vitest';

import * as device from '../../lib/database';
import { problem, world } from './world.test-support';

beforeEach(async () => {
  await device.clearKept();
  await device.clearOffline();
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
});

async function known() {
  const played = world();
  await device.save({ userId: 'u1', email: played.email, pins: new Uint8Array([8]) });
  return played;
}

describe('an older account', () => {
  it('is opened and told of, and nothing else happens before it is accepted', async () => {
    const { session, api, keeper, state, email } = await known();
    const older = await session.openOlder(email, 'then');
    expect(older).toMatchObject({ state: { seen: 5, served: 4 }, pins: { seen: 9, served: 7 } });
    expect(keeper.openOlder).toHaveBeenCalledExactlyOnceWith(expect.any(String), new Uint8Array([8]));
    expect(api.changePassword).not.toHaveBeenCalled();
    expect(api.updateKeys).not.toHaveBeenCalled();
    expect(state.get().phase).toMatchObject({ name: 'starting' });
    older.discard();
    await vi.waitFor(() => expect(api.logout).toHaveBeenCalledOnce());
    expect(keeper.discardOlder).toHaveBeenCalled();
  });

  it('is accepted with a new password first, and leaves the app unlocked', async () => {
    const { session, api, steps, state, email } = await known();
    const older = await session.openOlder(email, 'then');
    await older.accept('new');
    expect(api.changePassword).toHaveBeenCalledExactlyOnceWith('{"older":1}');
    expect(api.updateKeys).toHaveBeenCalledExactlyOnceWith('{"pins":1}');
    const order = ['change older new', 'older changed', 'accept older', 'older accepted'].map((step) => steps.indexOf(step));
    expect(order.every((at, index) => at > (order[index - 1] ?? -1))).toBe(true);
    expect(state.get().phase).toMatchObject({ name: 'unlocked', userId: 'u1' });
    // The page that showed it goes away then, and must not end the session.
    older.discard();
    await vi.waitFor(() => expect(steps).toContain('discard older'));
    expect(api.logout).not.toHaveBeenCalled();
  });

  it('can be accepted again after a lost answer, without a second new password', async () => {
    const { session, api, keeper, state, email } = await known();
    const older = await session.openOlder(email, 'then');
    api.updateKeys.mockRejectedValueOnce(problem('server-unreachable'));
    await expect(older.accept('new')).rejects.toMatchObject({ code: 'server-unreachable' });
    expect(keeper.olderAccepted).not.toHaveBeenCalled();
    await older.accept('new');
    expect(api.changePassword).toHaveBeenCalledOnce();
    expect(state.get().phase).toMatchObject({ name: 'unlocked' });
  });

  it('leaves no session behind when it does not open', async () => {
    const { session, api, keeper, state, email } = await known();
    keeper.openOlder.mockRejectedValueOnce(problem('account-tampered'));
    await expect(session.openOlder(email, 'then')).rejects.toMatchObject({ code: 'account-tampered' });
    expect(api.logout).toHaveBeenCalledOnce();
    expect(state.get().phase).toMatchObject({ name: 'starting' });
  });
});
