import { beforeEach, describe, expect, it, vi } from 'vitest';

import { Scratch, sweepScratch, type Root } from './scratch';

const LARGE = 100 * 1024 * 1024;
const HOUR = 60 * 60 * 1000;
const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);
const content = async (blob: Blob): Promise<number[]> => [...new Uint8Array(await blob.arrayBuffer())];

/** A folder of the browser, as far as it is used; it takes so many bytes of each file. */
function disk(room = Number.POSITIVE_INFINITY) {
  const files = new Map<string, { data: number[]; open: boolean; lastModified: number }>();
  const handle = (name: string) => {
    const file = files.get(name)!;
    return {
      kind: 'file',
      name,
      getFile: () => Promise.resolve(new File([new Uint8Array(file.data)], name, { lastModified: file.lastModified })),
      createSyncAccessHandle: () => {
        file.open = true;
        return Promise.resolve({
          write(part: Uint8Array, { at }: { at: number }) {
            const taken = [...part].slice(0, Math.max(0, room - at));
            file.data.splice(at, taken.length, ...taken);
            return taken.length;
          },
          truncate: (size: number) => void (file.data.length = size),
          flush: () => undefined,
          close: () => void (file.open = false),
        });
      },
    };
  };
  const folder = {
    getDirectoryHandle: () => Promise.resolve(folder),
    getFileHandle(name: string) {
      files.set(name, { data: [], open: false, lastModified: Date.now() });
      return Promise.resolve(handle(name));
    },
    removeEntry: (name: string) => (files.get(name)?.open === false ? Promise.resolve(void files.delete(name)) : Promise.reject(new Error('in use'))),
    async *values() {
      for (const name of [...files.keys()]) yield await Promise.resolve(handle(name));
    },
  };
  const root = (() => Promise.resolve(folder)) as unknown as Root;
  return { files, root };
}

beforeEach(() => {
  vi.stubGlobal('navigator', { storage: { estimate: () => Promise.resolve({ quota: 2 * LARGE, usage: 0 }) } });
});

describe('Scratch', () => {
  it('puts a large file together on the disk', async () => {
    const { files, root } = disk();
    const scratch = await Scratch.open(LARGE, root);
    await scratch.add(bytes(1, 2));
    await scratch.add(bytes(3));
    expect([...files.values()].map(({ data, open }) => ({ data, open }))).toEqual([{ data: [1, 2, 3], open: true }]);
    const whole = await scratch.finish();
    expect(await content(whole)).toEqual([1, 2, 3]);
    expect(whole.type).toBe('application/octet-stream');
    expect([...files.values()][0]!.open).toBe(false);
  });

  it.each([
    ['a small file', 10, disk().root],
    ['a file without such storage', LARGE, () => Promise.reject(new Error('SecurityError'))],
    ['a file that has no room there', 3 * LARGE, disk().root],
  ])('puts %s together in memory', async (_, size, root) => {
    const scratch = await Scratch.open(size, root);
    await scratch.add(bytes(1, 2));
    await scratch.add(bytes(3));
    expect(await content(await scratch.finish())).toEqual([1, 2, 3]);
  });

  it('goes on in memory when the disk is full', async () => {
    const { root } = disk(3);
    const scratch = await Scratch.open(LARGE, root);
    await scratch.add(bytes(1, 2));
    // Half of it would fit: that half must not be there twice.
    await scratch.add(bytes(3, 4));
    await scratch.add(bytes(5));
    expect(await content(await scratch.finish())).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([10, 1])('leaves nothing of what was given up, with room for %i bytes', async (room) => {
    const { files, root } = disk(room);
    const scratch = await Scratch.open(LARGE, root);
    await scratch.add(bytes(1, 2));
    await scratch.discard();
    expect(files.size).toBe(0);
  });
});

describe('sweepScratch', () => {
  it('removes what is old, and nothing that is being written or copied', async () => {
    const { files, root } = disk();
    const now = Date.now();
    files.set('old', { data: [], open: false, lastModified: now - 2 * HOUR });
    files.set('old but being written', { data: [], open: true, lastModified: now - 2 * HOUR });
    files.set('new', { data: [], open: false, lastModified: now - HOUR / 2 });
    await sweepScratch(root, now);
    expect([...files.keys()]).toEqual(['old but being written', 'new']);
  });
});
