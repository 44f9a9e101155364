import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Feed } from '../../crypto/keeper';
import { Problem } from '../../lib/problem';
import { Follower } from './follow';

const nothing: Feed = { changed: [], gaps: [], look: [], cursor: 'c', more: false, empty: true };
const gone = () => new Problem({ code: 'NOT_FOUND', message: 'gone' });

/** A server that answers with what `pages` has, and then waits for ever. */
function world(pages: readonly (Partial<Feed> | Problem)[]) {
  const ended = new AbortController();
  const calls: string[] = [];
  const left = [...pages];
  const listeners = new Set<() => void>();
  const api = {
    changes: vi.fn((cursor: string | null, wait: number) => {
      calls.push(`changes ${String(cursor)} ${String(wait)}`);
      const next = left.shift();
      if (next instanceof Problem) return Promise.reject(next);
      return next === undefined ? new Promise<string>(() => undefined) : Promise.resolve(JSON.stringify({ ...nothing, ...next }));
    }),
    heads: vi.fn((folder: string, after: number, before: number) => {
      calls.push(`heads ${folder} ${String(after)} ${String(before)}`);
      return folder === 'gone' ? Promise.reject(gone()) : Promise.resolve(['heads']);
    }),
  };
  const keeper = {
    applyChanges: (body: string) => Promise.resolve(JSON.parse(body) as Feed),
    bridge: vi.fn((folder: string) => Promise.resolve({ changed: [folder], gaps: [], look: [] as string[] })),
    restartFeed: vi.fn(() => {
      calls.push('restart');
      return Promise.resolve();
    }),
    resumeFeed: vi.fn(() => Promise.resolve({ changed: [], gaps: [], look: [] })),
    unopened: vi.fn(() => Promise.resolve([] as string[])),
  };
  const tree = {
    ended: ended.signal,
    subscribe: vi.fn((listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    }),
    ensure: vi.fn(() => Promise.resolve()),
    refresh: vi.fn((id: string) => {
      calls.push(`look ${id}`);
      return Promise.resolve();
    }),
    changed: vi.fn((ids: readonly string[]) => {
      if (ids.length > 0) calls.push(`changed ${ids.join()}`);
      return Promise.resolve();
    }),
  };
  const page = { visibilityState: 'visible', addEventListener: () => undefined, removeEventListener: () => undefined };
  const reports = { onCursor: vi.fn(), onProgress: vi.fn(), onCaught: vi.fn() };
  const follower = new Follower({ api, keeper, tree, rootId: 'root', page, cursor: null, ...reports } as unknown as ConstructorParameters<typeof Follower>[0]);
  void follower.run();
  return { api, keeper, tree, listeners, calls, ended, follower, ...reports };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('following the feed', () => {
  it('reads everything at once, and waits for what comes after it', async () => {
    const { calls, follower, onProgress, ended } = world([
      { cursor: 'one', more: true, empty: false },
      { cursor: 'two', changed: ['root'], empty: false },
    ]);
    await follower.complete;
    await vi.advanceTimersByTimeAsync(0);
    expect(calls).toEqual(['changes null 0', 'changes one 0', 'changed root', 'changes two 40']);
    expect(onProgress).toHaveBeenLastCalledWith('ready');
    ended.abort();
  });

  it('fetches the heads in between, and looks at what does not prove itself', async () => {
    const gap = { folder: 'a', after: 2, before: 5 };
    const { calls, follower, keeper, ended } = world([{ gaps: [gap, { ...gap, folder: 'gone' }], look: ['b'], empty: false }]);
    keeper.bridge.mockImplementation((folder) =>
      Promise.resolve({ changed: [], gaps: folder === 'a' ? [{ ...gap, folder: 'gone' }] : [], look: folder === 'gone' ? ['gone'] : [] } as never),
    );
    await follower.complete;
    expect(calls.slice(1, 5)).toEqual(['heads a 2 5', 'heads gone 2 5', 'look b', 'look gone']);
    expect(keeper.bridge).toHaveBeenLastCalledWith('gone', []);
    ended.abort();
  });

  it('opens what was left unopened, each once', async () => {
    const { calls, follower, keeper, ended } = world([{}]);
    keeper.unopened.mockResolvedValue(['d']);
    await follower.complete;
    expect(calls.filter((call) => call === 'look d')).toHaveLength(1);
    ended.abort();
  });

  it('goes on where it was after the server was away', async () => {
    const away = new Problem({ code: 'server-unreachable', message: 'away' });
    const { calls, onProgress, onCaught, ended } = world([{ cursor: 'one' }, away, { cursor: 'one' }]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(calls).toEqual(['changes null 0', 'changes one 40', 'changes one 0', 'changes one 40']);
    expect(onProgress.mock.calls.map(([progress]) => progress as string)).toEqual(['reading', 'ready', 'away', 'ready']);
    expect(onCaught).not.toHaveBeenCalled();
    ended.abort();
  });

  it('begins again when the server does not know where it was', async () => {
    const unknown = new Problem({ code: 'BAD_REQUEST', message: 'ahead of the feed' });
    const { calls, onCaught, ended } = world([{ cursor: 'one' }, unknown, { cursor: 'anew', look: ['older'], empty: false }]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(calls).toEqual(['changes null 0', 'changes one 40', 'restart', 'changes null 0', 'look older', 'changes anew 40']);
    expect(onCaught).not.toHaveBeenCalled();
    ended.abort();
  });

  it('says so when even the beginning is refused', async () => {
    const refused = new Problem({ code: 'BAD_REQUEST', message: 'no' });
    const { keeper, onCaught, ended } = world([refused]);
    await vi.advanceTimersByTimeAsync(0);
    expect(keeper.restartFeed).not.toHaveBeenCalled();
    expect(onCaught).toHaveBeenCalledOnce();
    ended.abort();
  });

  it('does not follow a feed without an end', async () => {
    const { api, onCaught, ended } = world(Array.from({ length: 200 }, (_, at) => ({ cursor: String(at), more: true })));
    await vi.advanceTimersByTimeAsync(500);
    expect(onCaught).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'bad-answer' }), null);
    expect(api.changes.mock.calls.length).toBeLessThan(60);
    ended.abort();
  });

  it('says of the root what is wrong with the root, not with the account', async () => {
    const { tree, listeners, calls, onCaught, ended } = world([{ cursor: 'one' }]);
    tree.ensure.mockRejectedValueOnce(new Problem({ code: 'rolled-back', message: 'older' }));
    await vi.advanceTimersByTimeAsync(0);
    expect(onCaught).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'rolled-back' }), 'root');
    expect(calls).not.toContain('changes null 0');
    // Somebody accepts it.
    for (const listener of listeners) listener();
    await vi.advanceTimersByTimeAsync(0);
    expect(calls).toContain('changes null 0');
    expect(listeners.size).toBe(0);
    ended.abort();
  });
});
