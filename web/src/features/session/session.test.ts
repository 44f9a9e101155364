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

describe('starting', () => {
  it('is locked when the browser has a session', async () => {
    const { session, state, email } = world();
    await session.start();
    expect(state.get()).toMatchObject({ phase: { name: 'locked', email }, storage: STORAGE });
  });

  it('is signed out when it has none', async () => {
    const { session, state, api } = world();
    api.resume.mockRejectedValue(problem('session-ended'));
    await session.start();
    expect(state.get().phase).toEqual({ name: 'signed-out' });
  });

  it('keeps trying while the server cannot be reached', async () => {
    vi.useFakeTimers();
    const { session, state, api } = world();
    api.resume.mockRejectedValueOnce(problem('server-unreachable'));
    const started = session.start();
    await vi.advanceTimersByTimeAsync(10);
    expect(state.get().phase).toMatchObject({ name: 'starting', error: { code: 'server-unreachable' } });
    await vi.advanceTimersByTimeAsync(5000);
    await started;
    expect(state.get().phase.name).toBe('locked');
    vi.useRealTimers();
  });
});

describe('starting on a server that asks for time', () => {
  it('leaves it that time', async () => {
    vi.useFakeTimers();
    const { session, state, api } = world();
    api.resume.mockRejectedValueOnce(new Problem({ code: 'RATE_LIMITED', message: '', retryAfter: 30 }));
    const started = session.start();
    await vi.advanceTimersByTimeAsync(29_000);
    expect(api.resume).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(2000);
    await started;
    expect(state.get().phase.name).toBe('locked');
    vi.useRealTimers();
  });
});

describe('signing in', () => {
  it('opens the vault, remembers its pins, and tells the other tabs', async () => {
    const { signIn, state, told, onUnlocked, email } = world();
    await signIn();
    expect(state.get()).toMatchObject({ phase: { name: 'unlocked', email, userId: 'u1', rootId: 'r1' }, progress: null, storage: STORAGE });
    expect(onUnlocked).toHaveBeenCalledOnce();
    expect(told).toEqual([{ kind: 'signed-in', userId: 'u1' }]);
    expect((await device.findByEmail(` ${email.toUpperCase()}`))?.pins).toEqual(new Uint8Array([1, 2, 3]));
  });

  it('derives and unlocks with what this device has pinned', async () => {
    const { signIn, keeper } = world();
    await signIn();
    await signIn();
    const pins = new Uint8Array([1, 2, 3]);
    expect(keeper.derive).toHaveBeenLastCalledWith('password', 's', 'argon2id', pins);
    expect(keeper.unlock).toHaveBeenLastCalledWith(JSON.stringify(KEYS), pins, true);
  });

  it('refuses an account without a vault before deriving anything', async () => {
    const { signIn, api, steps, state } = world();
    api.prelogin.mockResolvedValue({ salt: 's', kdf: null });
    await expect(signIn()).rejects.toMatchObject({ code: 'bare-account' });
    expect(steps).toEqual([]);
    expect(state.get().progress).toBeNull();
  });

  it('leaves no session behind when the keys do not open', async () => {
    const { signIn, api, keeper, end } = world();
    keeper.unlock.mockRejectedValue(problem('account-tampered'));
    await expect(signIn()).rejects.toMatchObject({ code: 'account-tampered' });
    expect(api.logout).toHaveBeenCalledOnce();
    expect(end).toHaveBeenCalledOnce();
  });

  it("refuses another account's keys", async () => {
    const { signIn, keeper } = world();
    keeper.unlock.mockResolvedValue({ userId: 'u2', rootId: 'r2' });
    await expect(signIn()).rejects.toMatchObject({ code: 'account-tampered' });
  });
});

describe('signing up', () => {
  it('makes no account before it is completed, and survives a taken email', async () => {
    const { session, api, state, email } = world();
    const prepared = await session.prepareAccount('password');
    expect(prepared.phrase).toEqual(['one', 'two', 'three']);
    expect(api.register).not.toHaveBeenCalled();
    api.register.mockRejectedValueOnce(problem('EMAIL_TAKEN'));
    await expect(prepared.complete('taken@example.org')).rejects.toMatchObject({ code: 'EMAIL_TAKEN' });
    expect(api.login).not.toHaveBeenCalled();
    await prepared.complete(email);
    expect(state.get().phase).toMatchObject({ name: 'unlocked', rootId: 'r1' });
  });

  it('registers once although the login after it failed', async () => {
    const { session, api, email } = world();
    const prepared = await session.prepareAccount('password');
    api.login.mockRejectedValueOnce(problem('server-unreachable'));
    await expect(prepared.complete(email)).rejects.toMatchObject({ code: 'server-unreachable' });
    await prepared.complete(email);
    expect(api.register).toHaveBeenCalledOnce();
  });

  it('recognises its own registration whose answer was lost', async () => {
    const { session, api, email, state } = world();
    const prepared = await session.prepareAccount('password');
    api.register.mockRejectedValueOnce(problem('server-unreachable')).mockRejectedValueOnce(problem('EMAIL_TAKEN'));
    await expect(prepared.complete(email)).rejects.toMatchObject({ code: 'server-unreachable' });
    await prepared.complete(email);
    expect(state.get().phase.name).toBe('unlocked');
  });
});

describe('locking and leaving', () => {
  it('forgets what the device has kept of the vault, but not when it is only locked', async () => {
    const left = world();
    await left.signIn();
    await left.session.lock();
    expect(left.forgetCache).not.toHaveBeenCalled();
    await left.session.unlock('password');
    // The last write comes before: the vault is gone by then.
    left.forgetCache.mockImplementation(() => {
      expect(left.onLocked).toHaveBeenCalledTimes(2);
      return Promise.resolve();
    });
    await left.session.signOut();
    expect(left.forgetCache).toHaveBeenCalledOnce();
    const ended = world();
    await ended.signIn();
    ended.session.ended();
    expect(ended.forgetCache).toHaveBeenCalledOnce();
  });

  it('ends the thread that holds the keys, after the pins were pushed', async () => {
    const { signIn, session, state, keeper, api, end, told, onLocked, email } = world();
    await signIn();
    keeper.sealedPins.mockResolvedValueOnce('{"pins":1}');
    await session.lock();
    expect(api.updateKeys).toHaveBeenCalledExactlyOnceWith('{"pins":1}');
    expect(end).toHaveBeenCalledOnce();
    expect(onLocked).toHaveBeenCalledOnce();
    expect(told.at(-1)).toEqual({ kind: 'locked' });
    expect(state.get().phase).toEqual({ name: 'locked', email });
  });

  it('locks once, however often it is asked to', async () => {
    const { signIn, session, end, told, state } = world();
    await signIn();
    const [first, second] = [session.lock(), session.lock()];
    await first;
    const unlocking = session.unlock('password');
    await second;
    await unlocking;
    expect(end).toHaveBeenCalledOnce();
    expect(state.get().phase.name).toBe('unlocked');
    await session.lock();
    await session.lock();
    expect(end).toHaveBeenCalledTimes(2);
    expect(told.filter(({ kind }) => kind === 'locked')).toHaveLength(2);
    await session.signOut();
    end.mockClear();
    await session.lock();
    expect(end).not.toHaveBeenCalled();
  });

  it('leaves alone what is being unlocked since another tab was faster to lock', async () => {
    const { signIn, session, keeper, api, hearTab, end, told } = world();
    await signIn();
    keeper.sealedPins.mockResolvedValueOnce('{"pins":1}');
    let answer: () => void = () => undefined;
    api.updateKeys.mockImplementationOnce(() => new Promise((resolve) => (answer = () => resolve())));
    const locking = session.lock();
    await vi.waitFor(() => expect(api.updateKeys).toHaveBeenCalledOnce());
    hearTab({ kind: 'locked' });
    expect(end).toHaveBeenCalledOnce();
    answer();
    await locking;
    expect(end).toHaveBeenCalledOnce();
    expect(told.filter(({ kind }) => kind === 'locked')).toEqual([]);
  });

  it('starts a new thread to unlock, which a wrong password leaves locked', async () => {
    const { signIn, session, state, keeper, startKeeper } = world();
    await signIn();
    await session.lock();
    keeper.unlock.mockRejectedValueOnce(problem('wrong-password'));
    await expect(session.unlock('wrong')).rejects.toMatchObject({ code: 'wrong-password' });
    expect(state.get().phase.name).toBe('locked');
    await session.unlock('password');
    expect(state.get().phase).toMatchObject({ name: 'unlocked', rootId: 'r1' });
    expect(startKeeper).toHaveBeenCalledTimes(2);
  });

  it('takes over what another device pushed before its own pins', async () => {
    const { signIn, session, keeper, api, steps } = world();
    await signIn();
    keeper.sealedPins.mockResolvedValueOnce('{"first":1}').mockResolvedValueOnce('{"merged":1}');
    api.updateKeys.mockRejectedValueOnce(problem('CONFLICT'));
    await session.lock();
    expect(api.updateKeys.mock.calls).toEqual([['{"first":1}'], ['{"merged":1}']]);
    expect(steps.filter((name) => name.startsWith('merge') || name.startsWith('pins'))).toEqual([`merge ${JSON.stringify(KEYS)}`, 'pins accepted']);
  });

  it('signs out once, however often it is asked to', async () => {
    const { signIn, session, api, end, told } = world();
    await signIn();
    await Promise.all([session.signOut(), session.signOut()]);
    expect(api.logout).toHaveBeenCalledOnce();
    expect(end).toHaveBeenCalledOnce();
    expect(told.filter(({ kind }) => kind === 'signed-out')).toHaveLength(1);
    await signIn();
    await session.signOut();
    expect(api.logout).toHaveBeenCalledTimes(2);
  });

  it('signs out here even when the server cannot be told', async () => {
    const { signIn, session, state, api, end } = world();
    await signIn();
    api.logout.mockRejectedValueOnce(problem('offline'));
    await session.signOut().catch(() => undefined);
    expect(state.get().phase).toEqual({ name: 'signed-out' });
    expect(end).toHaveBeenCalledOnce();
    expect(api.forget).toHaveBeenCalledOnce();
  });

  it.each(['after a reload', 'never again once somebody signed in'])('tells the server about it later: %s', async (when) => {
    const stored = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
      removeItem: (key: string) => stored.delete(key),
    });
    const { signIn, session, state, api } = world();
    await signIn();
    api.logout.mockRejectedValueOnce(problem('offline')).mockRejectedValueOnce(problem('offline'));
    await session.signOut().catch(() => undefined);
    await device.saveKept({ userId: 'u1', secret: null });
    await session.start();
    expect(await device.findKept('u1')).toBeUndefined();
    expect(state.get().phase).toEqual({ name: 'signed-out' });
    expect(api.resume).not.toHaveBeenCalled();
    if (when === 'after a reload') await session.start();
    else await signIn();
    expect(api.logout).toHaveBeenCalledTimes(when === 'after a reload' ? 3 : 2);
    await session.start();
    expect(api.resume).toHaveBeenCalledOnce();
    vi.unstubAllGlobals();
  });

  it('follows the other tabs', async () => {
    const { signIn, hearTab, state, end, email } = world();
    await signIn();
    hearTab({ kind: 'signed-in', userId: 'u1' });
    expect(state.get().phase.name).toBe('unlocked');
    hearTab({ kind: 'locked' });
    expect(state.get().phase).toEqual({ name: 'locked', email });
    hearTab({ kind: 'signed-out' });
    expect(state.get().phase).toEqual({ name: 'signed-out' });
    expect(end).toHaveBeenCalled();
  });

  it('leaves what is being typed alone when another tab locks', async () => {
    const { signIn, session, hearTab, end, email, state } = world();
    await signIn();
    await session.lock();
    const started = await session.startRecovery(email, 'x');
    end.mockClear();
    hearTab({ kind: 'locked' });
    expect(end).not.toHaveBeenCalled();
    await started.complete('new');
    expect(state.get().phase.name).toBe('unlocked');
  });

  it('shows the email that this device knows, whatever the server says', async () => {
    const { session, api, state, email } = world();
    await device.save({ userId: 'u1', email, pins: new Uint8Array([7]) });
    api.profile.mockResolvedValueOnce({ userId: 'u1', email: 'call +1 555 0100', storage: STORAGE });
    await session.start();
    expect(state.get().phase).toEqual({ name: 'locked', email });
  });

  it('drops one account when another tab signs in to another', async () => {
    const { signIn, hearTab, state, end } = world();
    await signIn();
    hearTab({ kind: 'signed-in', userId: 'u2' });
    expect(end).toHaveBeenCalledOnce();
    await vi.waitFor(() => expect(state.get().phase.name).toBe('locked'));
  });

  it('says why when the server ended the session', async () => {
    const { signIn, session, state } = world();
    await signIn();
    session.ended();
    expect(state.get()).toMatchObject({ phase: { name: 'signed-out', reason: 'session-ended' }, storage: null });
  });
});

describe('changing the password', () => {
  it('tells a wrong current password by its own name', async () => {
    const { signIn, session, api } = world();
    await signIn();
    api.changePassword.mockRejectedValueOnce(problem('INVALID_CREDENTIALS'));
    await expect(session.changePassword('wrong', 'next')).rejects.toMatchObject({ code: 'wrong-password' });
  });

  it('recognises its own change whose answer was lost, if the same is typed again', async () => {
    const { signIn, session, api, keeper } = world();
    await signIn();
    api.changePassword.mockRejectedValueOnce(problem('offline'));
    await expect(session.changePassword('current', 'next')).rejects.toMatchObject({ code: 'offline' });
    keeper.hasNewPassword.mockResolvedValueOnce(true);
    await session.changePassword('current', 'next');
    expect(api.changePassword).toHaveBeenCalledOnce();
    expect(keeper.passwordChanged).toHaveBeenCalledOnce();
    await session.changePassword('next', 'another');
    expect(api.changePassword).toHaveBeenCalledTimes(2);
  });

  it('tries again on top of what another device changed', async () => {
    const { signIn, session, api, steps } = world();
    await signIn();
    api.changePassword.mockRejectedValueOnce(problem('CONFLICT'));
    steps.length = 0;
    await session.changePassword('current', 'next');
    const attempt = [`merge ${JSON.stringify(KEYS)}`, 'derive current s argon2id', 'change next'];
    expect(steps).toEqual([...attempt, ...attempt, 'forget', 'changed']);
  });
});

describe('what this device has seen', () => {
  it('is exchanged with what another window has kept, never replaced', async () => {
    const { signIn, keeper, email } = world();
    const theirs = new Uint8Array([9]);
    await device.save({ userId: 'u1', email, pins: theirs });
    keeper.exchangePins.mockResolvedValueOnce(new Uint8Array([9, 9]));
    await signIn();
    expect(keeper.exchangePins).toHaveBeenCalledExactlyOnceWith(theirs);
    expect((await device.findByUser('u1'))?.pins).toEqual(new Uint8Array([9, 9]));
  });

  it('is not given up for an account that the server names otherwise', async () => {
    const { session, api, keeper, email } = world();
    await device.save({ userId: 'u1', email, pins: new Uint8Array([7]) });
    await session.start();
    api.keys.mockResolvedValueOnce({ ...KEYS, user_id: 'U1' });
    await expect(session.unlock('password')).rejects.toMatchObject({ code: 'account-tampered' });
    expect(keeper.pins).not.toHaveBeenCalled();
    expect((await device.findByUser('u1'))?.pins).toEqual(new Uint8Array([7]));
  });

  it('stays filed under the email that was typed', async () => {
    const { session, api, email } = world();
    api.login.mockResolvedValueOnce({ userId: 'u1', email: 'another@example.org', storage: STORAGE, keys: KEYS });
    await session.signIn(email, 'password');
    expect(await device.findByEmail(email)).toBeDefined();
    expect(await device.findByEmail('another@example.org')).toBeUndefined();
  });

  it('is reported when the server tampers while pins are pushed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { signIn, api, keeper, onCaught } = world();
    keeper.sealedPins.mockResolvedValue('{}');
    api.updateKeys.mockRejectedValue(problem('CONFLICT'));
    keeper.mergeKeys.mockRejectedValue(problem('account-tampered'));
    await signIn();
    await vi.advanceTimersByTimeAsync(4000);
    vi.useRealTimers();
    await vi.waitFor(() => expect(onCaught).toHaveBeenCalledWith(expect.objectContaining({ code: 'account-tampered' })));
  });
});
