import { describe, expect, it, vi } from 'vitest';

import { Problem } from '../lib/problem';
import { Tokens, type FreshToken } from './tokens';

/** Web Locks as two tabs share them. */
function sharedLocks(): Pick<LockManager, 'request'> {
  let last: Promise<unknown> = Promise.resolve();
  const request = (_name: string, work: () => Promise<unknown>): Promise<unknown> => {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  };
  return { request } as Pick<LockManager, 'request'>;
}

function tab(refresh: () => Promise<FreshToken>, locks = sharedLocks()) {
  const clock = { now: 1_000_000 };
  const onEnded = vi.fn();
  const onReplaced = vi.fn();
  return { tokens: new Tokens({ refresh, onEnded, onReplaced, locks, now: () => clock.now }), clock, onEnded, onReplaced };
}

const refused = (): Promise<FreshToken> => Promise.reject(new Problem({ code: 'UNAUTHORIZED', message: 'no' }));

describe('Tokens', () => {
  it('asks once for many callers', async () => {
    const refresh = vi.fn(() => Promise.resolve({ accessToken: 'next', expiresIn: 3600 }));
    const { tokens } = tab(refresh);
    tokens.set({ accessToken: 'old', expiresIn: 3600 });
    expect(await Promise.all([tokens.replace('old'), tokens.replace('old'), tokens.replace('old')])).toEqual(['next', 'next', 'next']);
    expect(await tokens.replace('old')).toBe('next');
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('never lets two tabs refresh at the same time', async () => {
    let running = 0;
    let most = 0;
    const refresh = async (): Promise<FreshToken> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return { accessToken: crypto.randomUUID(), expiresIn: 3600 };
    };
    const locks = sharedLocks();
    const tabs = [tab(refresh, locks), tab(refresh, locks), tab(refresh, locks)];
    await Promise.all(tabs.map(({ tokens }) => tokens.refresh()));
    expect(most).toBe(1);
  });

  it('replaces a token before it runs out', async () => {
    const { tokens, clock } = tab(() => Promise.resolve({ accessToken: 'next', expiresIn: 3600 }));
    tokens.set({ accessToken: 'old', expiresIn: 3600 });
    clock.now += 3_500_000;
    expect(await tokens.current()).toBe('old');
    clock.now += 60_000;
    expect(await tokens.current()).toBe('next');
  });

  it('ends the session once when the server refuses', async () => {
    const { tokens, onEnded } = tab(refused);
    tokens.set({ accessToken: 'old', expiresIn: 3600 });
    const results = await Promise.allSettled([tokens.replace('old'), tokens.replace('old')]);
    expect(results.map((result) => (result.status === 'rejected' ? (result.reason as Problem).code : 'fulfilled'))).toEqual(['session-ended', 'session-ended']);
    expect(onEnded).toHaveBeenCalledTimes(1);
    expect(await tokens.current()).toBeNull();
  });

  it('does not call it an end when there was no session', async () => {
    const { tokens, onEnded } = tab(refused);
    await expect(tokens.refresh()).rejects.toMatchObject({ code: 'session-ended' });
    expect(onEnded).not.toHaveBeenCalled();
  });

  it('keeps the session when the server cannot be reached', async () => {
    const { tokens, onEnded } = tab(() => Promise.reject(new Problem({ code: 'server-unreachable', message: 'down' })));
    tokens.set({ accessToken: 'old', expiresIn: 3600 });
    await expect(tokens.replace('old')).rejects.toMatchObject({ code: 'server-unreachable' });
    expect(onEnded).not.toHaveBeenCalled();
    expect(await tokens.current()).toBe('old');
  });

  it('does not wait for what was asked before a session began', async () => {
    let answer: (fresh: FreshToken) => void = () => undefined;
    const refresh = vi.fn<() => Promise<FreshToken>>(() => new Promise((resolve) => (answer = resolve)));
    const { tokens, clock } = tab(refresh);
    tokens.set({ accessToken: 'old', expiresIn: 3600 });
    const early = tokens.replace('old');
    await Promise.resolve();
    tokens.set({ accessToken: 'of the next session', expiresIn: 3600 });
    answer({ accessToken: 'late', expiresIn: 3600 });
    await expect(early).rejects.toMatchObject({ code: 'session-ended' });
    refresh.mockResolvedValue({ accessToken: 'next', expiresIn: 3600 });
    clock.now += 3_600_000;
    expect(await tokens.current()).toBe('next');
  });

  it("does not take another account's token, whose cookie has come in the place of this one's", async () => {
    const jwt = (sub: string): string => `h.${btoa(JSON.stringify({ sub })).replace(/=+$/, '')}.s`;
    const refresh = vi.fn(() => Promise.resolve({ accessToken: jwt('one'), expiresIn: 3600 }));
    const { tokens, onEnded, onReplaced } = tab(refresh);
    tokens.set({ accessToken: jwt('one'), expiresIn: 0 });
    expect(await tokens.current()).toBe(jwt('one'));
    refresh.mockResolvedValueOnce({ accessToken: jwt('two'), expiresIn: 3600 });
    await expect(tokens.replace(jwt('one'))).rejects.toMatchObject({ code: 'session-ended' });
    expect([onReplaced.mock.calls.length, onEnded.mock.calls.length]).toEqual([1, 0]);
    expect(await tokens.current()).toBeNull();
  });

  it('takes up the session of an account that was opened without the server', async () => {
    const jwt = (sub: string): string => `h.${btoa(JSON.stringify({ sub })).replace(/=+$/, '')}.s`;
    const away = new Problem({ code: 'server-unreachable', message: 'lost' });
    const refresh = vi.fn<() => Promise<FreshToken>>(() => Promise.reject(away));
    const { tokens, onEnded, onReplaced } = tab(refresh);
    tokens.expect('one');
    // Not "signed out": whoever asks can try again.
    await expect(tokens.current()).rejects.toBe(away);
    refresh.mockResolvedValueOnce({ accessToken: jwt('one'), expiresIn: 3600 });
    expect(await tokens.current()).toBe(jwt('one'));
    expect([onReplaced.mock.calls.length, onEnded.mock.calls.length]).toEqual([0, 0]);

    const other = tab(() => Promise.resolve({ accessToken: jwt('two'), expiresIn: 3600 }));
    other.tokens.expect('one');
    await expect(other.tokens.current()).rejects.toMatchObject({ code: 'session-ended' });
    expect(other.onReplaced).toHaveBeenCalledOnce();

    const ended = tab(refused);
    ended.tokens.expect('one');
    await expect(ended.tokens.current()).rejects.toMatchObject({ code: 'session-ended' });
    expect(ended.onEnded).toHaveBeenCalledOnce();
    expect(await ended.tokens.current()).toBeNull();
  });

  it('drops an answer that comes after signing out', async () => {
    let answer: (fresh: FreshToken) => void = () => undefined;
    const { tokens } = tab(() => new Promise((resolve) => (answer = resolve)));
    tokens.set({ accessToken: 'old', expiresIn: 3600 });
    const late = tokens.replace('old');
    await Promise.resolve();
    tokens.clear();
    answer({ accessToken: 'late', expiresIn: 3600 });
    await expect(late).rejects.toMatchObject({ code: 'session-ended' });
    expect(await tokens.current()).toBeNull();
  });
});
