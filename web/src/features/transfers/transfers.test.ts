import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Transfer } from '../../app/contract';
import type { OpenedContent, OpenJob, UploadJob } from '../../crypto/content';
import type { FileToUpload, RunningKeeper } from '../../crypto/keeper';
import type { Entry } from '../../crypto/types';
import { entryOf } from '../../lib/entries.test-support';
import { Problem } from '../../lib/problem';
import type { Unfinished } from './keptUploads';
import type { Picture } from './pictured';
import type { SaveStream } from './saveStream';
import { Transfers } from './transfers';

const MB = 1024 * 1024;
const problem = (code: string): Problem => new Problem({ code, message: code });
const file = (name: string, size = 10): File => Object.defineProperty(new File([], name), 'size', { value: size });
const entry = (name: string): Entry => entryOf({ id: `id-${name}`, name, mediaType: 'text/plain', size: 3 });

/** The keeper and the workers' pool are other threads; here they are as obliging as told. */
function world() {
  let shown: readonly Transfer[] = [];
  let plans = 0;
  const dropped: string[] = [];
  const keeper = {
    createFolders: vi.fn((_target: string, paths: readonly (readonly string[])[]) => Promise.resolve({ nodes: paths.map((path) => path.join('/')), request: '{}' })),
    planUpload: vi.fn<(folder: string, file: FileToUpload) => Promise<object>>(() => Promise.resolve({ plan: ++plans, version: `version ${plans}`, size: 10, totalLength: 100, known: new Uint8Array() })),
    dropUpload: vi.fn((plan: number) => Promise.resolve(void dropped.push(`upload ${plan}`))),
    batchUploads: vi.fn(() => Promise.resolve(1)),
    commitUploads: vi.fn(() => Promise.resolve('{}')),
    dropBatch: vi.fn(() => Promise.resolve()),
    planDownload: vi.fn((node: string) => Promise.resolve({ plan: ++plans, name: node.slice(3), mediaType: 'text/plain', size: 3, contentLength: 90, totalLength: 90, version: 'v' })),
    dropDownload: vi.fn((plan: number) => Promise.resolve(void dropped.push(`download ${plan}`))),
  };
  const running = new Map<string, { resolve: (value: never) => void; reject: (error: Problem) => void }>();
  const start = (job: { id: string }): Promise<never> => new Promise((resolve, reject) => running.set(job.id, { resolve, reject }));
  const content = (id: string) => ({ read: vi.fn(), serve: vi.fn(), collect: () => start({ id }), close: () => closed.push(id) });
  const closed: string[] = [];
  const pool = { upload: vi.fn((job: UploadJob) => start(job)), open: vi.fn((job: OpenJob): OpenedContent => content(job.id)), cancel: vi.fn((id: string) => running.get(id)?.reject(problem('cancelled'))), end: vi.fn(), pause: vi.fn(), resume: vi.fn(), remove: vi.fn(() => Promise.resolve()) };
  const commit = vi.fn(async (_folders: readonly string[], make: (now: number) => Promise<string>): Promise<void> => {
    await make(0);
  });
  const save = vi.fn();
  const kept = {
    keep: vi.fn(() => Promise.resolve()),
    forget: vi.fn<(version: string) => Promise<void>>(() => Promise.resolve()),
    unfinished: vi.fn<() => Promise<Unfinished[]>>(() => Promise.resolve([])),
    end: vi.fn(),
  };
  const list = vi.fn<(folder: string) => Promise<readonly Entry[]>>(() => Promise.resolve([]));
  const picture = vi.fn<Picture>(() => Promise.resolve(null));
  const saveStream = vi.fn<(content: SaveStream) => Promise<void> | null>(() => null);
  const transfers = new Transfers({
    details: (_file, check) => check('{}'),
    manyDetails: (files, check) => check(files.map(() => [])),
    contents: (versions) => Promise.resolve(versions.map(() => null)),
    keeper: keeper as unknown as RunningKeeper['remote'],
    pool: pool,
    commit,
    treeRead: () => Promise.resolve(),
    kept,
    show: (list) => (shown = list),
    save,
    saveStream,
    picture,
    list,
    now: Date.now,
  });
  const settle = async (): Promise<void> => {
    await vi.advanceTimersByTimeAsync(1000);
  };
  const status = (): string[] => shown.map(({ name, status: state }) => `${name} ${state}`);
  const job = (name: string) => {
    const found = shown.find((transfer) => transfer.name === name)!;
    const { resolve, reject } = running.get(found.id) ?? { resolve: () => undefined, reject: () => undefined };
    return { id: found.id, reject, resolve: resolve as (value: unknown) => void };
  };
  return { transfers, folders: list, picture, keeper, pool, kept, commit, save, saveStream, closed, settle, status, job, dropped, list: () => shown };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('uploading', () => {
  it('goes from the queue over the wire into the folder', async () => {
    const { transfers, settle, status, job, commit } = world();
    transfers.upload('root', [file('a', 100 * MB), file('b', 100 * MB), file('c', 100 * MB)]);
    await settle();
    expect(status()).toEqual(['a running', 'b running', 'c queued']);
    expect(transfers.anyActive).toBe(true);
    let committed: () => void = () => undefined;
    commit.mockImplementationOnce(() => new Promise<void>((resolve) => (committed = resolve)));
    job('a').resolve('upload-a');
    await settle();
    expect(status()).toEqual(['a finishing', 'b running', 'c running']);
    committed();
    await settle();
    expect(status()).toEqual(['a done', 'b running', 'c running']);
  });

  it('shows progress, speed and time left', async () => {
    const { transfers, settle, job, list } = world();
    transfers.upload('root', [file('a', 10 * MB)]);
    await settle();
    transfers.progress(job('a').id, 2 * MB);
    await settle();
    expect(list()[0]).toMatchObject({ done: 2 * MB, speed: 2 * MB, secondsLeft: 4 });
  });

  it('cancels what runs and what waits, and lets the rest go on', async () => {
    const { transfers, settle, status, job, dropped, keeper } = world();
    transfers.upload('root', [file('a', 100 * MB), file('b', 100 * MB), file('c', 100 * MB), file('d', 100 * MB)]);
    await settle();
    transfers.cancel(job('a').id);
    transfers.cancel(job('d').id);
    await settle();
    expect(status()).toEqual(['a cancelled', 'b running', 'c running', 'd cancelled']);
    expect(dropped).toEqual(['upload 1']);
    expect(keeper.planUpload).toHaveBeenCalledTimes(3);
  });

  it('cancels even while the plan is being made', async () => {
    const { transfers, settle, status, list, pool } = world();
    transfers.upload('root', [file('a')]);
    transfers.cancel(list()[0]!.id);
    await settle();
    expect(status()).toEqual(['a cancelled']);
    expect(pool.upload).not.toHaveBeenCalled();
  });

  it('puts what came in folders into folders of the same names', async () => {
    const { transfers, settle, keeper, job, status } = world();
    transfers.upload('root', [
      { file: file('top'), path: [] },
      { file: file('one'), path: ['photos', '2024'] },
      { file: file('two'), path: ['photos'] },
    ]);
    await settle();
    expect(keeper.createFolders).toHaveBeenCalledOnce();
    expect(keeper.planUpload.mock.calls.map(([folder, { name }]) => [folder, name])).toEqual([['root', 'top'], ['photos/2024', 'one'], ['photos', 'two']]);
    for (const name of ['top', 'one', 'two']) job(name).resolve(`upload-${name}`);
    await settle();
    expect(status()).toEqual(['top done', 'one done', 'two done']);
  });

  it('seals a small picture with what can be shown, and goes without one that fails', async () => {
    const { transfers, keeper, picture } = world();
    picture.mockResolvedValueOnce(new Blob(['small']));
    picture.mockRejectedValueOnce(new Error('broken'));
    transfers.upload('root', [file('good.jpg'), file('broken.jpg')]);
    await vi.waitFor(() => expect(keeper.planUpload).toHaveBeenCalledTimes(2));
    const planned = new Map(keeper.planUpload.mock.calls.map(([, { name, thumbnail }]) => [name, thumbnail]));
    expect(planned.get('good.jpg')).toEqual(new TextEncoder().encode('small'));
    expect(planned.get('broken.jpg')).toBeUndefined();
  });

  it('tries the folders again with the file that needs them', async () => {
    const { transfers, settle, keeper, list } = world();
    keeper.createFolders.mockRejectedValueOnce(problem('too-deep'));
    transfers.upload('root', [{ file: file('a'), path: ['deep'] }]);
    await settle();
    expect(list()[0]).toMatchObject({ status: 'failed', error: { code: 'too-deep' } });
    transfers.retry(list()[0]!.id);
    await settle();
    expect(keeper.planUpload.mock.calls.map(([folder]) => folder)).toEqual(['deep']);
  });

  it('takes everything but what cannot be stored under its name, and lists that', async () => {
    const { transfers, settle, keeper, job, list, status } = world();
    const long = 'x'.repeat(256);
    transfers.upload(
      'root',
      [
        { file: file('good'), path: ['photos'] },
        { file: file('one'), path: ['photos', long] },
        { file: file('two'), path: ['photos', long, 'below'] },
        { file: file('..'), path: ['photos'] },
      ],
      { empty: [['none'], ['photos', long, 'none']], notRead: [{ kind: 'folder', name: 'closed' }] },
    );
    await settle();
    expect(keeper.createFolders.mock.calls.map(([, paths]) => paths)).toEqual([[['photos'], ['none']]]);
    job('good').resolve('upload');
    await settle();
    expect(status()).toEqual(['good done', `${long} failed`, '.. failed', 'closed failed']);
    expect(list().slice(1).map(({ error, leftOut }) => [error?.code, leftOut])).toEqual([
      ['name-too-long', { kind: 'folder', files: 2 }],
      ['name-reserved', { kind: 'file', files: 0 }],
      ['not-readable', { kind: 'folder', files: 0 }],
    ]);
    // There is nothing to try again.
    transfers.retryAll();
    transfers.dismiss(list()[1]!.id);
    await settle();
    expect(status()).toEqual(['good done', '.. failed', 'closed failed']);
  });

  it('lists an empty folder that could not be made', async () => {
    const { transfers, settle, list, commit } = world();
    commit.mockRejectedValueOnce(problem('STORAGE_FULL'));
    transfers.upload('root', [], { empty: [['none']] });
    await settle();
    expect(list()).toMatchObject([{ name: 'none', status: 'failed', error: { code: 'STORAGE_FULL' }, leftOut: { kind: 'folder' } }]);
  });

  it('says why one failed, and can try it again from the start', async () => {
    const { transfers, settle, status, job, list } = world();
    transfers.upload('root', [file('a')]);
    await settle();
    job('a').reject(problem('STORAGE_QUOTA_EXCEEDED'));
    await settle();
    expect(list()[0]).toMatchObject({ status: 'failed', error: { code: 'STORAGE_QUOTA_EXCEEDED' } });
    transfers.retry(list()[0]!.id);
    await settle();
    expect(list()[0]?.error).toBeUndefined();
    job('a').resolve('upload-a');
    await settle();
    expect(status()).toEqual(['a done']);
  });

  it('fails when the commit is refused', async () => {
    const { transfers, settle, job, list, commit } = world();
    transfers.upload('root', [file('a')]);
    await settle();
    commit.mockRejectedValueOnce(problem('STORAGE_FULL'));
    job('a').resolve('upload-a');
    await settle();
    expect(list()[0]).toMatchObject({ status: 'failed', error: { code: 'STORAGE_FULL' } });
  });
});

describe('an upload that an earlier page has left', () => {
  const left = (size = 10): Unfinished => ({
    planned: { plan: 99, node: 'n', version: 'before', size, contentLength: 1, totalLength: 100, header: new Uint8Array(), nonce: new Uint8Array(), known: new Uint8Array(64), key: {} as CryptoKey, address: '/uploads/1', name: 'film', folder: 'root', modified: 5, isNew: true },
    handle: undefined,
  });

  it('waits for its file, and goes on where it was', async () => {
    const { transfers, settle, status, list, kept, keeper, pool, job } = world();
    kept.unfinished.mockResolvedValueOnce([left()]);
    await transfers.restore();
    expect(list()[0]).toMatchObject({ name: 'film', status: 'needs-file', wants: 'file' });
    transfers.resume(list()[0]!.id, { file: file('film', 10) });
    await settle();
    expect(keeper.planUpload).not.toHaveBeenCalled();
    expect(pool.upload.mock.calls[0]![0]).toMatchObject({ plan: 99, address: '/uploads/1', known: new Uint8Array(64) });
    job('film').resolve('upload');
    await settle();
    expect(status()).toEqual(['film done']);
    expect(kept.forget).toHaveBeenCalledExactlyOnceWith('before');
  });

  it.each([
    ['its length', 11, null],
    ['its bytes', 10, 'file-changed'],
    ['the server, which gave it up', 10, 'upload-expired'],
  ])('begins anew under another key when what changed is %s', async (_what, size, code) => {
    const { transfers, settle, list, kept, keeper, pool, job, dropped } = world();
    kept.unfinished.mockResolvedValueOnce([left()]);
    await transfers.restore();
    transfers.resume(list()[0]!.id, { file: file('film', size) });
    await settle();
    if (code !== null) {
      job('film').reject(problem(code));
      await settle();
    }
    expect(keeper.planUpload).toHaveBeenCalledOnce();
    expect(kept.forget).toHaveBeenCalledWith('before');
    expect(dropped).toContain('upload 99');
    expect(pool.upload.mock.lastCall![0]).toMatchObject({ plan: 1, address: null });
    expect(list()[0]).toMatchObject({ status: 'running', anew: code === 'upload-expired' ? 'expired' : 'changed' });
  });

  it('leaves nothing behind when it is cancelled instead', async () => {
    const { transfers, settle, status, list, kept, pool } = world();
    kept.unfinished.mockResolvedValueOnce([left()]);
    await transfers.restore();
    transfers.cancel(list()[0]!.id);
    await settle();
    expect(status()).toEqual(['film cancelled']);
    expect(kept.forget).toHaveBeenCalledExactlyOnceWith('before');
    expect(pool.remove).toHaveBeenCalledExactlyOnceWith('/uploads/1');
  });

  it('is kept when the vault is locked', async () => {
    const { transfers, settle, list, kept, job } = world();
    kept.unfinished.mockResolvedValueOnce([left()]);
    await transfers.restore();
    transfers.resume(list()[0]!.id, { file: file('film', 10) });
    await settle();
    const { reject } = job('film');
    transfers.end();
    reject(problem('cancelled'));
    await settle();
    expect(kept.forget).not.toHaveBeenCalled();
    expect(kept.end).toHaveBeenCalledOnce();
  });
});

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

describe('the list', () => {
  it('can be cleared of what is over', async () => {
    const { transfers, settle, status, job } = world();
    transfers.upload('root', [file('a'), file('b')]);
    await settle();
    job('a').resolve('upload-a');
    await settle();
    transfers.clearEnded();
    expect(status()).toEqual(['b running']);
  });

  it('is empty after locking, whatever still comes in', async () => {
    const { transfers, settle, status, job, pool } = world();
    transfers.upload('root', [file('a'), file('b')]);
    await settle();
    const { reject } = job('a');
    transfers.end();
    reject(problem('cancelled'));
    await settle();
    expect(pool.end).toHaveBeenCalledOnce();
    expect(status()).toEqual([]);
  });
});
