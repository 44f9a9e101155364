import 'fake-indexeddb/auto';

import { beforeEach, describe, expect, it, vi } from 'vitest';

import * as device from '../../lib/database';
import { Problem } from '../../lib/problem';
import { KEYS, problem, STORAGE, world } from './world.test-support';

beforeEach(async () => {
  await device.clearKept();
  await device.clearOffline();
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
});

describe('recovering with the phrase', () => {
  it('changes nothing before there is a new password, then leaves the app unlocked', async () => {
    const { session, api, keeper, state, told, email } = world();
    await device.save({ userId: 'u1', email, pins: new Uint8Array([8]) });
    const started = await session.startRecovery(email, 'some words');
    expect(keeper.openRecovery).toHaveBeenCalledExactlyOnceWith('{}', new Uint8Array([8]));
    expect(api.finishRecovery).not.toHaveBeenCalled();
    expect(state.get()).toMatchObject({ phase: { name: 'starting' }, progress: null });
    await started.complete('new');
    expect(state.get().phase).toMatchObject({ name: 'unlocked', userId: 'u1', rootId: 'r1' });
    expect(told).toEqual([{ kind: 'signed-in', userId: 'u1' }]);
    expect(api.login).not.toHaveBeenCalled();
  });

  it('asks the server nothing for what is no phrase', async () => {
    const { session, api, keeper, email } = world();
    keeper.parsePhrase.mockRejectedValueOnce(new Problem({ code: 'invalid-phrase', message: '', phrase: { kind: 'unknown-word', word: 3 } }));
    await expect(session.startRecovery(email, 'x')).rejects.toMatchObject({ code: 'invalid-phrase', phrase: { kind: 'unknown-word', word: 3 } });
    expect(api.startRecovery).not.toHaveBeenCalled();
  });

  it("refuses another account's keys, and sends nothing more", async () => {
    const { session, api, email } = world();
    api.startRecovery.mockResolvedValueOnce({ token: 't', userId: 'u2', body: '{}' });
    await expect(session.startRecovery(email, 'x')).rejects.toMatchObject({ code: 'account-tampered' });
    expect(api.finishRecovery).not.toHaveBeenCalled();
  });

  it('sends the same request again after a lost answer, and signs in if that one had arrived', async () => {
    const { session, api, steps, state, email } = world();
    const started = await session.startRecovery(email, 'x');
    api.finishRecovery.mockRejectedValueOnce(problem('server-unreachable')).mockRejectedValueOnce(problem('INVALID_CREDENTIALS'));
    await expect(started.complete('new')).rejects.toMatchObject({ code: 'server-unreachable' });
    await started.complete('new');
    expect(steps.filter((name) => name.startsWith('recover t'))).toEqual(['recover t1 new']);
    expect(api.login).toHaveBeenCalledExactlyOnceWith(email, 'hash of new');
    expect(state.get().phase.name).toBe('unlocked');
  });

  it.each(['expired', 'spent by somebody else'])('has to begin again when its token is %s', async (why) => {
    const { session, api, state, email } = world();
    const started = await session.startRecovery(email, 'x');
    if (why !== 'expired') {
      api.finishRecovery.mockRejectedValueOnce(problem('offline'));
      await expect(started.complete('new')).rejects.toMatchObject({ code: 'offline' });
      api.login.mockRejectedValueOnce(problem('INVALID_CREDENTIALS'));
    }
    api.finishRecovery.mockRejectedValueOnce(problem('INVALID_CREDENTIALS'));
    await expect(started.complete('new')).rejects.toMatchObject({ code: 'recovery-expired' });
    expect(api.login).toHaveBeenCalledTimes(why === 'expired' ? 0 : 1);
    expect(state.get().phase.name).toBe('starting');
  });

  it('has to begin again when another tab took the opened account away', async () => {
    const { session, keeper, email } = world();
    const started = await session.startRecovery(email, 'x');
    keeper.recover.mockRejectedValueOnce(problem('locked'));
    await expect(started.complete('new')).rejects.toMatchObject({ code: 'recovery-expired' });
  });

  it('proves the phrase again on top of what another device changed', async () => {
    const { session, api, steps, email } = world();
    const started = await session.startRecovery(email, 'x');
    api.finishRecovery.mockRejectedValueOnce(problem('CONFLICT'));
    api.startRecovery.mockResolvedValueOnce({ token: 't2', userId: 'u1', body: '{}' });
    await started.complete('new');
    expect(steps.filter((name) => name.startsWith('recover t'))).toEqual(['recover t1 new', 'recover t2 new']);
  });
});

describe('replacing the phrase', () => {
  it('asks for the password, shows the words, and sends them only then', async () => {
    const { signIn, session, api, steps } = world();
    await signIn();
    steps.length = 0;
    const prepared = await session.preparePhrase('password');
    expect(prepared.phrase).toEqual(['four', 'five', 'six']);
    expect(steps).toEqual([`merge ${JSON.stringify(KEYS)}`, 'derive password s argon2id', 'make phrase', 'forget']);
    expect(api.replaceRecovery).not.toHaveBeenCalled();
    await prepared.complete();
    expect(api.replaceRecovery).toHaveBeenCalledExactlyOnceWith('{"phrase":1}');
    expect(steps.slice(4)).toEqual(['replace phrase', 'phrase replaced', 'discard phrase']);
  });

  it('tries again on top of what another device changed', async () => {
    const { signIn, session, api } = world();
    await signIn();
    const prepared = await session.preparePhrase('password');
    api.replaceRecovery.mockRejectedValueOnce(problem('CONFLICT'));
    await prepared.complete();
    expect(api.replaceRecovery).toHaveBeenCalledTimes(2);
  });

  it('recognises its own request whose answer was lost', async () => {
    const { signIn, session, api, keeper } = world();
    await signIn();
    const prepared = await session.preparePhrase('password');
    api.replaceRecovery.mockRejectedValueOnce(problem('offline'));
    await expect(prepared.complete()).rejects.toMatchObject({ code: 'offline' });
    keeper.hasPhrase.mockResolvedValueOnce(true);
    await prepared.complete();
    expect(api.replaceRecovery).toHaveBeenCalledOnce();
  });

  it('is for an open vault only', async () => {
    const { session } = world();
    await expect(session.preparePhrase('password')).rejects.toMatchObject({ code: 'locked' });
  });
});

describe('a device that is kept unlocked', () => {
  async function keptWorld() {
    const it = world();
    await it.signIn();
    expect(await it.session.isKept()).toBe(false);
    await it.session.setKept(true);
    expect(await it.session.isKept()).toBe(true);
    return it;
  }

  it('opens without the password, with a key that no script can read', async () => {
    const { session, keeper, state, email } = await keptWorld();
    const key = keeper.keep.mock.calls[0]?.[0];
    expect(key).toMatchObject({ extractable: false, usages: ['sign'], algorithm: { name: 'HMAC', hash: { name: 'SHA-512' } } });
    state.set({ phase: { name: 'starting' } });
    await session.start();
    expect(keeper.unlockKept).toHaveBeenCalledExactlyOnceWith(expect.anything(), new Uint8Array([4, 4]), JSON.stringify(KEYS), (await device.findByUser('u1'))?.pins);
    expect(state.get().phase).toEqual({ name: 'unlocked', email, userId: 'u1', rootId: 'r1' });
    expect(keeper.derive).toHaveBeenCalledOnce();
  });

  it('asks for the password after locking, and keeps anew once it was typed', async () => {
    const { session, keeper, state } = await keptWorld();
    expect(session.keepsUnlocked).toBe(true);
    await session.lock();
    expect(session.keepsUnlocked).toBe(false);
    expect(await device.findKept('u1')).toEqual({ userId: 'u1', secret: null });
    state.set({ profile: { userId: 'u1', email: '', username: null, firstName: null, lastName: null, role: 'user', createdAt: 0, avatar: null } });
    expect(await session.isKept()).toBe(true);
    await session.start();
    expect(state.get().phase.name).toBe('locked');
    expect(keeper.unlockKept).not.toHaveBeenCalled();
    await session.unlock('password');
    expect(session.keepsUnlocked).toBe(true);
    expect(keeper.keep).toHaveBeenCalledTimes(2);
    expect((await device.findKept('u1'))?.secret).not.toBeNull();
  });

  it('stays locked when another tab locked while it was opening', async () => {
    const { session, keeper, state, onUnlocked } = await keptWorld();
    onUnlocked.mockClear();
    keeper.unlockKept.mockImplementationOnce(async () => {
      await device.saveKept({ userId: 'u1', secret: null });
      return { userId: 'u1', rootId: 'r1' };
    });
    await session.start();
    expect(state.get().phase.name).toBe('locked');
    expect(onUnlocked).not.toHaveBeenCalled();
  });

  it('asks for the password when nobody used it for too long', async () => {
    const { session, keeper, state, lockDue } = await keptWorld();
    lockDue.now = true;
    await session.start();
    expect(state.get().phase.name).toBe('locked');
    expect(keeper.unlockKept).not.toHaveBeenCalled();
    expect((await device.findKept('u1'))?.secret).toBeNull();
  });

  it.each(['signing out', 'a session that ended', 'no session after a reload', 'being turned off'])('forgets all of it with %s', async (how) => {
    const { session, api } = await keptWorld();
    if (how === 'signing out') await session.signOut();
    else if (how === 'a session that ended') session.ended();
    else if (how === 'being turned off') await session.setKept(false);
    else {
      api.resume.mockRejectedValueOnce(problem('session-ended'));
      await session.start();
    }
    await vi.waitFor(async () => expect(await device.findKept('u1')).toBeUndefined());
    expect(await session.isKept()).toBe(false);
  });

  it('is known to the other tabs, which lock by themselves or not', async () => {
    const { session, hearTab, told } = await keptWorld();
    expect(told.at(-1)).toEqual({ kind: 'kept', userId: 'u1', on: true });
    hearTab({ kind: 'kept', userId: 'u1', on: false });
    expect(session.keepsUnlocked).toBe(false);
    hearTab({ kind: 'kept', userId: 'u1', on: true });
    expect(session.keepsUnlocked).toBe(true);
    hearTab({ kind: 'kept', userId: 'u2', on: false });
    expect(session.keepsUnlocked).toBe(true);
  });

  it.each(['signing in', 'unlocking'])('is what was wished while %s, before anybody sees it open', async (how) => {
    const { session, email, signIn, onUnlocked, told } = world();
    const seen: unknown[] = [];
    onUnlocked.mockImplementation(async () => void seen.push((await device.findKept('u1'))?.secret?.kept));
    if (how === 'unlocking') {
      await signIn();
      await session.lock();
      seen.length = 0;
      await session.unlock('password', true);
    } else await session.signIn(email, 'password', true);
    expect(seen).toEqual([new Uint8Array([4, 4])]);
    expect(session.keepsUnlocked).toBe(true);
    expect(told.filter(({ kind }) => kind === 'kept')).toEqual([{ kind: 'kept', userId: 'u1', on: true }]);
    await session.lock();
    await session.unlock('password');
    expect(session.keepsUnlocked).toBe(true);
    await session.lock();
    await session.unlock('password', false);
    expect(session.keepsUnlocked).toBe(false);
    expect(await device.findKept('u1')).toBeUndefined();
  });

  it('is renewed with the password, which ends what was kept before', async () => {
    const { session, keeper } = await keptWorld();
    await session.changePassword('password', 'next');
    expect(keeper.keep).toHaveBeenCalledTimes(2);
    expect(keeper.keep.mock.calls[1]?.[0]).not.toBe(keeper.keep.mock.calls[0]?.[0]);
  });

  it('asks for the password when that was changed elsewhere, without an alarm', async () => {
    const { session, keeper, state, onCaught } = await keptWorld();
    keeper.unlockKept.mockRejectedValueOnce(problem('kept-ended'));
    await session.start();
    expect(state.get().phase.name).toBe('locked');
    expect(onCaught).not.toHaveBeenCalled();
    expect((await device.findKept('u1'))?.secret).toBeNull();
  });

  it('says what a server that goes back does, and stays locked', async () => {
    const { session, keeper, state, onCaught } = await keptWorld();
    keeper.unlockKept.mockRejectedValueOnce(problem('account-rolled-back'));
    await session.start();
    expect(state.get().phase.name).toBe('locked');
    expect(onCaught).toHaveBeenCalledWith(expect.objectContaining({ code: 'account-rolled-back' }));
  });

  it('waits for a server that cannot be reached, and keeps what it has', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { session, api, state } = await keptWorld();
    await device.clearOffline();
    api.keys.mockRejectedValueOnce(problem('offline'));
    const started = session.start();
    await vi.waitFor(() => expect(state.get().phase).toMatchObject({ name: 'starting', error: { code: 'offline' } }));
    await vi.advanceTimersByTimeAsync(5000);
    vi.useRealTimers();
    await started;
    expect(state.get().phase.name).toBe('unlocked');
  });

  it("does not open another account's keys", async () => {
    const { session, keeper, state, onUnlocked, onCaught } = await keptWorld();
    onUnlocked.mockClear();
    keeper.unlockKept.mockResolvedValueOnce({ userId: 'u2', rootId: 'r2' });
    await session.start();
    expect(state.get().phase.name).toBe('locked');
    expect(onUnlocked).not.toHaveBeenCalled();
    expect(onCaught).toHaveBeenCalledWith(expect.objectContaining({ code: 'account-tampered' }));
  });

  it('takes the place of what was kept for another account', async () => {
    await device.saveKept({ userId: 'u9', secret: null });
    await device.saveKept({ userId: 'u1', secret: null });
    expect(await device.findKept('u9')).toBeUndefined();
  });

  it('belongs to one account', async () => {
    const { session, api, keeper } = await keptWorld();
    api.login.mockResolvedValueOnce({ userId: 'u2', email: 'b@example.org', storage: STORAGE, keys: { ...KEYS, user_id: 'u2' } });
    keeper.unlock.mockResolvedValueOnce({ userId: 'u2', rootId: 'r2' });
    await session.signIn('b@example.org', 'password');
    expect(await device.findKept('u1')).toBeUndefined();
    expect(await session.isKept()).toBe(false);
  });
});
