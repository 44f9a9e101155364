import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Problem } from '../../lib/problem';
import { Committer } from './committer';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function world(commit: (folders: readonly string[]) => Promise<void> = () => Promise.resolve()) {
  const batches: string[][] = [];
  const dropped: number[] = [];
  const keeper = {
    batchUploads: (finished: readonly { upload: string }[]) => Promise.resolve(batches.push(finished.map(({ upload }) => upload)) - 1),
    commitUploads: () => Promise.resolve('{}'),
    withdrawUploads: (batch: number, lost: readonly string[]) => {
      batches[batch] = (batches[batch] ?? []).filter((upload) => !lost.includes(upload));
      return Promise.resolve();
    },
    dropBatch: (batch: number) => {
      dropped.push(batch);
      return Promise.resolve();
    },
  };
  const committed: (readonly string[])[] = [];
  const committer = new Committer({
    keeper,
    commit: async (folders, make) => {
      await make(0);
      await commit(folders);
      committed.push(folders);
    },
  });
  return { committer, batches, committed, dropped };
}

describe('Committer', () => {
  it('commits a lonely file at once', async () => {
    const { committer, batches, dropped } = world();
    committer.expect();
    await committer.finished({ folder: 'root', plan: 1, upload: 'a' });
    expect(batches).toEqual([['a']]);
    await vi.advanceTimersByTimeAsync(0);
    expect(dropped).toEqual([0]);
  });

  it('puts files that finish together into one commit', async () => {
    const { committer, batches } = world();
    for (let index = 0; index < 3; index++) committer.expect();
    const all = [committer.finished({ folder: 'root', plan: 1, upload: 'a' }), committer.finished({ folder: 'root', plan: 2, upload: 'b' }), committer.finished({ folder: 'root', plan: 3, upload: 'c' })];
    await Promise.all(all);
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  it('commits the others when the server has lost some', async () => {
    const refused = new Problem({ code: 'upload-expired', message: 'lost', uploads: ['b'] });
    let commits = 0;
    const { committer, batches, committed, dropped } = world(() => (++commits === 1 ? Promise.reject(refused) : Promise.resolve()));
    for (let index = 0; index < 3; index++) committer.expect();
    const all = ['a', 'b', 'c'].map((upload, plan) => committer.finished({ folder: 'root', plan, upload }));
    const ended = await Promise.allSettled(all);
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await vi.advanceTimersByTimeAsync(0);
    expect(ended[1]).toMatchObject({ reason: { code: 'upload-expired' } });
    expect([batches, committed, dropped]).toEqual([[['a', 'c']], [['root']], [0]]);
  });

  it('does not wait long for one that takes its time', async () => {
    const { committer, batches } = world();
    committer.expect();
    committer.expect();
    const first = committer.finished({ folder: 'root', plan: 1, upload: 'quick' });
    expect(batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(300);
    await first;
    expect(batches).toEqual([['quick']]);
  });

  it('gathers what finishes during a commit for the next one', async () => {
    const { committer, batches } = world(() => new Promise((resolve) => setTimeout(resolve, 1000)));
    for (let index = 0; index < 4; index++) committer.expect();
    const all = [committer.finished({ folder: 'root', plan: 1, upload: 'a' })];
    await vi.advanceTimersByTimeAsync(300);
    all.push(committer.finished({ folder: 'root', plan: 2, upload: 'b' }), committer.finished({ folder: 'root', plan: 3, upload: 'c' }), committer.finished({ folder: 'root', plan: 4, upload: 'd' }));
    await vi.runAllTimersAsync();
    await Promise.all(all);
    expect(batches).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('goes on when a file never comes, and when a commit fails', async () => {
    const commit = vi.fn(() => Promise.resolve()).mockRejectedValueOnce(new Error('full'));
    const { committer, batches } = world(commit);
    committer.expect();
    committer.expect();
    const first = committer.finished({ folder: 'root', plan: 1, upload: 'a' }).catch((error: unknown) => error);
    committer.gone();
    expect(await first).toMatchObject({ message: 'full' });
    committer.expect();
    await committer.finished({ folder: 'root', plan: 2, upload: 'b' });
    expect(batches).toEqual([['a'], ['b']]);
  });

  it('puts files of many folders into one commit', async () => {
    const { committer, committed } = world();
    for (let index = 0; index < 3; index++) committer.expect();
    await Promise.all(['a', 'b', 'a'].map((folder, plan) => committer.finished({ folder, plan, upload: String(plan) })));
    expect(committed).toEqual([['a', 'b']]);
  });

  it('puts the others into their folders when one is gone', async () => {
    const gone = new Problem({ code: 'NOT_FOUND', message: 'gone' });
    const { committer, committed, dropped } = world((folders) => (folders.includes('gone') ? Promise.reject(gone) : Promise.resolve()));
    for (let index = 0; index < 3; index++) committer.expect();
    const ended = await Promise.allSettled(['a', 'gone', 'b'].map((folder, plan) => committer.finished({ folder, plan, upload: folder })));
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(committed).toEqual([['a'], ['b']]);
    expect(dropped).toEqual([0]);
  });

  it('holds up what is sent while too much waits', async () => {
    let go: () => void = () => undefined;
    const { committer } = world(() => new Promise((resolve) => (go = resolve)));
    const all: Promise<void>[] = [];
    for (let plan = 0; plan < 3000; plan++) {
      committer.expect();
      all.push(committer.finished({ folder: 'root', plan, upload: String(plan) }));
    }
    const room = vi.fn();
    void committer.room().then(room);
    await vi.advanceTimersByTimeAsync(0);
    expect(room).not.toHaveBeenCalled();
    go();
    await vi.advanceTimersByTimeAsync(0);
    expect(room).toHaveBeenCalledOnce();
  });
});
