import { describe, expect, it, vi } from 'vitest';

import type { PlannedUpload } from '../../crypto/keeper';
import type { UploadRecord } from '../../lib/database';
import { Problem } from '../../lib/problem';
import { KeptUploads } from './keptUploads';

const full = () => Promise.reject(new Error('the disk is full'));
const planned = { plan: 1, version: 'v', folder: 'f' } as unknown as PlannedUpload;
const hashes = (count: number) => new Uint8Array(32 * count);

function world() {
  const records = new Map<string, UploadRecord>();
  const store = {
    save: vi.fn<(record: UploadRecord) => Promise<void>>((record) => Promise.resolve(void records.set(record.id, record))),
    of: () => Promise.resolve([...records.values()]),
    remove: vi.fn<(id: string) => Promise<void>>((id) => Promise.resolve(void records.delete(id))),
  };
  const keeper = {
    sealUpload: (_plan: number, known: Uint8Array) => Promise.resolve(known),
    reopenUpload: vi.fn(() => Promise.resolve({ ...planned, known: new Uint8Array() })),
    hasUpload: () => Promise.resolve(false),
    dropUpload: () => Promise.resolve(),
  };
  // Every lock is free.
  const locks = { request: (_name: string, _options: object, work: (lock: object) => unknown) => Promise.resolve(work({})) };
  const environment = { userId: 'u', keeper, locks, ensureFolder: () => Promise.resolve(), store };
  return { records, store, keeper, kept: new KeptUploads(environment as unknown as ConstructorParameters<typeof KeptUploads>[0]) };
}

describe('KeptUploads', () => {
  it('withdraws what it kept when it cannot keep more: less than was sent must not be gone on with', async () => {
    const { records, store, kept } = world();
    await kept.keep(planned, hashes(1), 'address');
    expect(records.size).toBe(1);
    store.save.mockImplementationOnce(full);
    await kept.keep(planned, hashes(2), 'address');
    expect(records.size).toBe(0);
    await kept.keep(planned, hashes(3), 'address');
    expect(records.get('v')?.sealed).toHaveLength(96);
  });

  it('stops the upload when not even that can be done', async () => {
    const { store, kept } = world();
    await kept.keep(planned, hashes(1), 'address');
    store.save.mockImplementation(full);
    store.remove.mockImplementation(full);
    await expect(kept.keep(planned, hashes(2), 'address')).rejects.toMatchObject({ code: 'not-kept' });
  });

  it('does the same for what an earlier page has kept', async () => {
    const { records, store, kept } = world();
    records.set('v', { id: 'v', userId: 'u', sealed: hashes(1) });
    await kept.unfinished();
    store.save.mockImplementationOnce(full);
    await kept.keep(planned, hashes(2), 'address');
    expect(records.size).toBe(0);
  });

  it('lets an upload go on where nothing can be kept', async () => {
    const { store, kept } = world();
    store.save.mockImplementation(full);
    store.remove.mockImplementation(full);
    await expect(kept.keep(planned, hashes(1), 'address')).resolves.toBeUndefined();
  });

  it('forgets what nobody can go on with, and not what belongs to a file that is not known yet', async () => {
    const { records, keeper, kept } = world();
    for (const id of ['later', 'broken']) records.set(id, { id, userId: 'u', sealed: hashes(1) });
    keeper.reopenUpload.mockRejectedValueOnce(new Problem({ code: 'no-such-entry', message: 'not known' }));
    keeper.reopenUpload.mockRejectedValueOnce(new Problem({ code: 'altered', message: 'another key' }));
    expect(await kept.unfinished()).toEqual([]);
    expect([...records.keys()]).toEqual(['later']);
    expect(await kept.unfinished()).toHaveLength(1);
  });
});
