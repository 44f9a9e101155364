import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Committer } from './committer';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function world(commit: () => Promise<void> = () => Promise.resolve()) {
  const batches: string[][] = [];
  const dropped: number[] = [];
  const keeper = {
    batchUploads: (finished: readonly { upload: string }[]) => Promise.resolve(batches.push(finished.map(({ upload }) => upload)) - 1),
    commitUploads: () => Promise.resolve('{}'),
    dropBatch: (batch: number) => {
      dropped.push(batch);
      return Promise.resolve();
    },
  };
  const committer = new Committer({
    keeper,
    commit: async (_folder, make) => {
      await make(0);
      await commit();
    },
  });
  return { committer, batches, dropped };
}

describe('Committer', () => {
  it('commits a lonely file at once', async () => {
    const { committer, batches, dropped } = world();
    committer.expect('root');
    await committer.finished('root', 1, 'a');
    expect(batches).toEqual([['a']]);
    expect(dropped).toEqual([0]);
  });

  it('puts files that finish together into one commit', async () => {
    const { committer, batches } = world();
    for (let index = 0; index < 3; index++) committer.expect('root');
    const all = [committer.finished('root', 1, 'a'), committer.finished('root', 2, 'b'), committer.finished('root', 3, 'c')];
    await Promise.all(all);
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  it('does not wait long for one that takes its time', async () => {
    const { committer, batches } = world();
    committer.expect('root');
    committer.expect('root');
    const first = committer.finished('root', 1, 'quick');
    expect(batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(300);
    await first;
    expect(batches).toEqual([['quick']]);
  });

  it('gathers what finishes during a commit for the next one', async () => {
    const { committer, batches } = world(() => new Promise((resolve) => setTimeout(resolve, 1000)));
    for (let index = 0; index < 4; index++) committer.expect('root');
    const all = [committer.finished('root', 1, 'a')];
    await vi.advanceTimersByTimeAsync(300);
    all.push(committer.finished('root', 2, 'b'), committer.finished('root', 3, 'c'), committer.finished('root', 4, 'd'));
    await vi.runAllTimersAsync();
    await Promise.all(all);
    expect(batches).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('goes on when a file never comes, and when a commit fails', async () => {
    const commit = vi.fn(() => Promise.resolve()).mockRejectedValueOnce(new Error('full'));
    const { committer, batches } = world(commit);
    committer.expect('root');
    committer.expect('root');
    const first = committer.finished('root', 1, 'a').catch((error: unknown) => error);
    committer.gone('root');
    expect(await first).toMatchObject({ message: 'full' });
    committer.expect('root');
    await committer.finished('root', 2, 'b');
    expect(batches).toEqual([['a'], ['b']]);
  });
});
