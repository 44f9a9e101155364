import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Unfinished } from './keptUploads';
import { entry, file, problem, world } from './world.test-support';

const MB = 1024 * 1024;

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

  it('says that it compares what was sent before, and measures only what it sends', async () => {
    const { transfers, settle, job, list } = world();
    transfers.upload('root', [file('a', 10 * MB)]);
    await settle();
    transfers.comparing(job('a').id, 6 * MB);
    await settle();
    expect(list()[0]).toMatchObject({ status: 'running', done: 6 * MB, isComparing: true, speed: 0, secondsLeft: null });
    transfers.progress(job('a').id, 6 * MB);
    await settle();
    transfers.progress(job('a').id, 8 * MB);
    await settle();
    expect(list()[0]).toMatchObject({ done: 8 * MB, isComparing: false, speed: 2 * MB, secondsLeft: 1 });
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

  it('puts a new version on its file, wherever that is by then', async () => {
    const { transfers, settle, keeper, commit, job, status, dropped, kept } = world();
    transfers.uploadVersion(entry('report'), { file: file('other name') });
    await settle();
    expect(keeper.planVersion).toHaveBeenCalledExactlyOnceWith('id-report', expect.objectContaining({ size: 10 }));
    expect(keeper.planUpload).not.toHaveBeenCalled();
    job('report').resolve('upload');
    await settle();
    expect(status()).toEqual(['report done']);
    expect(commit).toHaveBeenCalledExactlyOnceWith(['elsewhere'], expect.any(Function));
    expect(keeper.commitVersion).toHaveBeenCalledExactlyOnceWith(1, 'upload', '{}', undefined, 0);
    expect(dropped).toEqual(['upload 1']);
    expect(kept.forget).toHaveBeenCalledExactlyOnceWith('version 1');
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

  it.each([
    ['goes on', 10, 99, 0],
    ['begins anew with another file', 11, 1, 1],
  ])('becomes a new version if it was one, and %s', async (_what, size, plan, planned) => {
    const { transfers, settle, status, list, kept, keeper, job } = world();
    const before = left();
    kept.unfinished.mockResolvedValueOnce([{ ...before, planned: { ...before.planned, isNew: false } }]);
    await transfers.restore();
    transfers.resume(list()[0]!.id, { file: file('film', size) });
    await settle();
    expect(keeper.planVersion).toHaveBeenCalledTimes(planned);
    job('film').resolve('upload');
    await settle();
    expect(status()).toEqual(['film done']);
    expect(keeper.commitVersion).toHaveBeenCalledExactlyOnceWith(plan, 'upload', '{}', undefined, 0);
    expect(keeper.batchUploads).not.toHaveBeenCalled();
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
