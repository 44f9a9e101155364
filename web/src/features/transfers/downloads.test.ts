import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Problem } from '../../lib/problem';
import { entry, problem, world } from './world.test-support';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('downloading', () => {
  it('saves a file only when all of it was verified', async () => {
    const { transfers, settle, status, job, save } = world();
    transfers.download('root', [entry('good')]);
    transfers.download('root', [entry('bad')]);
    await settle();
    expect(save).not.toHaveBeenCalled();
    const content = new Blob(['abc']);
    job('good').resolve(content);
    job('bad').reject(problem('altered'));
    await settle();
    expect(status()).toEqual(['good done', 'bad failed']);
    expect(save).toHaveBeenCalledExactlyOnceWith(content, 'good');
  });

  it('goes straight to the disk where the browser can, and fails with what failed there', async () => {
    const { transfers, settle, status, save, saveStream, closed } = world();
    let [finish, fail]: [() => void, (error: Problem) => void] = [() => undefined, () => undefined];
    saveStream.mockImplementationOnce(() => new Promise((resolve) => (finish = resolve)));
    saveStream.mockImplementationOnce(() => new Promise((_resolve, reject) => (fail = reject)));
    transfers.download('root', [entry('good')]);
    transfers.download('root', [entry('bad')]);
    await settle();
    expect(saveStream.mock.calls.map(([{ name, size }]) => [name, size])).toEqual([['good', 3], ['bad', 3]]);
    finish();
    fail(problem('altered'));
    await settle();
    expect(status()).toEqual(['good done', 'bad failed']);
    expect(save).not.toHaveBeenCalled();
    expect(closed).toHaveLength(2);
  });

  it('is put together in memory when the browser does not take it as it comes', async () => {
    const { transfers, settle, status, job, save, saveStream } = world();
    saveStream.mockReturnValueOnce(Promise.reject(problem('not-begun')));
    transfers.download('root', [entry('a')]);
    await settle();
    job('a').resolve(new Blob(['abc']));
    await settle();
    expect(status()).toEqual(['a done']);
    expect(save).toHaveBeenCalledOnce();
  });

  it('can be paused, and goes on where it was', async () => {
    const { transfers, settle, status, pool, job } = world();
    transfers.download('root', [entry('a')]);
    await settle();
    transfers.pause(job('a').id);
    await settle();
    expect(status()).toEqual(['a paused']);
    expect(transfers.anyActive).toBe(true);
    transfers.resume(job('a').id);
    await settle();
    expect(status()).toEqual(['a running']);
    expect(pool.pause).toHaveBeenCalledExactlyOnceWith(job('a').id);
    expect(pool.resume).toHaveBeenCalledExactlyOnceWith(job('a').id);
    job('a').resolve(new Blob(['abc']));
    await settle();
    expect(status()).toEqual(['a done']);
  });

  it.each([
    ['a folder', [{ ...entry('photos'), kind: 'folder' as const, size: 0 }], 'photos.zip', ['photos/', 'photos/a', 'photos/b']],
    ['several entries', [entry('a'), entry('b')], 'Strongroom.zip', ['a', 'b']],
  ])('brings %s as one zip', async (_what, entries, name, paths) => {
    const { transfers, settle, status, list, save, pool, folders, closed } = world();
    folders.mockResolvedValueOnce([entry('a'), entry('b'), { ...entry('gone'), trashed: 1 }]);
    pool.open.mockImplementation((job) => ({ read: () => Promise.resolve(new TextEncoder().encode(job.node.slice(3).repeat(3))), serve: vi.fn(), collect: vi.fn(), close: () => closed.push(job.id) }));
    transfers.download('root', entries);
    await settle();
    expect(status()).toEqual([`${name} done`]);
    expect(list()[0]).toMatchObject({ size: 6, done: 6 });
    expect(save).toHaveBeenCalledExactlyOnceWith(expect.any(Blob), name);
    const blob = save.mock.calls[0]![0] as Blob;
    vi.useRealTimers();
    const unpacked = unzipSync(new Uint8Array(await blob.arrayBuffer()));
    expect(Object.keys(unpacked)).toEqual(paths);
    expect(new TextDecoder().decode(unpacked[paths.at(-1)!])).toBe('bbb');
    expect(closed).toHaveLength(2);
  });

  it('stops a zip that waits, for good, when it is cancelled', async () => {
    const { transfers, settle, status, list, save, pool } = world();
    let finish: () => void = () => undefined;
    const read = () => new Promise<Uint8Array>((resolve) => (finish = () => resolve(new Uint8Array(3))));
    pool.open.mockImplementation(() => ({ read, serve: vi.fn(), collect: vi.fn(), close: vi.fn() }));
    transfers.download('root', [{ ...entry('photos'), kind: 'folder' }, entry('a')]);
    await settle();
    transfers.pause(list()[0]!.id);
    finish();
    await settle();
    expect(status()).toEqual(['Strongroom.zip paused']);
    transfers.cancel(list()[0]!.id);
    await settle();
    expect(status()).toEqual(['Strongroom.zip cancelled']);
    expect(save).not.toHaveBeenCalled();
  });

  it('saves no zip of which one file is not as it was', async () => {
    const { transfers, settle, list, save, pool } = world();
    pool.open.mockImplementation((job) => ({ read: () => (job.node === 'id-b' ? Promise.reject(problem('altered')) : Promise.resolve(new Uint8Array(3))), serve: vi.fn(), collect: vi.fn(), close: vi.fn() }));
    transfers.download('root', [entry('a'), entry('b')]);
    await settle();
    expect(list()[0]).toMatchObject({ status: 'failed', error: { code: 'altered' } });
    expect(save).not.toHaveBeenCalled();
  });
});
