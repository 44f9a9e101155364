import { describe, expect, it, vi } from 'vitest';

import type { OpenedContent, OpenJob } from '../../crypto/content';
import type { PlannedDownload } from '../../crypto/keeper';
import type { Entry } from '../../crypto/types';
import { entryOf } from '../../lib/entries.test-support';
import { gathered, planZip, type ZipEnvironment } from './zipContents';

const MB = 1024 * 1024;
const never = new AbortController().signal;
const file = (name: string, size: number): Entry => entryOf({ id: name, name, size, version: `${name} 1` });

/** Files of noughts; `sizes`: what the server has of them, where that is another length. */
function world(sizes: Readonly<Record<string, number>> = {}, entries: readonly Entry[] = []) {
  const reads: string[] = [];
  const open = new Set<string>();
  let plans = 0;
  const planDownload = vi.fn((node: string, _details: string, version?: string) => {
    const size = sizes[node] ?? entries.find(({ id }) => id === node)?.size ?? 0;
    return Promise.resolve({ plan: ++plans, name: node, mediaType: '', size, contentLength: 0, listLength: 0, totalLength: 0, version: version ?? '', hasThumbnail: false } satisfies PlannedDownload);
  });
  // Nothing is stored but what somebody says; then it is fetched by itself.
  const contents = vi.fn<ZipEnvironment['contents']>((versions) => Promise.resolve(versions.map(() => new Uint8Array(1))));
  const dropDownload = vi.fn(() => Promise.resolve());
  const environment: ZipEnvironment = {
    details: (_file, check) => check('{}'),
    manyDetails: (files, check) => check(files.map((file) => (file === 'gone' ? null : []))),
    contents,
    keeper: { planDownload, dropDownload },
    pool: {
      open(job: OpenJob): OpenedContent {
        open.add(job.id);
        return {
          read(start, end) {
            reads.push(`${job.node} ${start}-${end}`);
            return Promise.resolve(new Uint8Array(end - start));
          },
          serve: vi.fn(),
          collect: vi.fn(),
          close: () => void open.delete(job.id),
        };
      },
      cancel: vi.fn(),
    },
    list: () => Promise.resolve({ entries: [], isWhole: true }),
  };
  return { environment, contents, reads, open, planDownload, dropDownload };
}

async function lengthOf(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const piece of pieces) length += piece.byteLength;
  return length;
}

describe('planZip', () => {
  it('is as long as it says, and reads large files in pieces', async () => {
    const entries = [file('large', 5 * MB), file('empty', 0), file('small', 10)];
    const { environment, reads, open, planDownload, dropDownload } = world({}, entries);
    const { length, size, pieces } = await planZip(environment, entries, never);
    let content = 0;
    expect(await lengthOf(pieces((bytes) => (content += bytes)))).toBe(length);
    expect(content).toBe(size);
    expect(size).toBe(5 * MB + 10);
    expect(reads.filter((read) => read.startsWith('large'))).toEqual([`large 0-${2 * MB}`, `large ${2 * MB}-${4 * MB}`, `large ${4 * MB}-${5 * MB}`]);
    // The versions that were measured.
    expect(planDownload.mock.calls.map(([, , version]) => version).sort()).toEqual(['empty 1', 'large 1', 'small 1']);
    expect(dropDownload).toHaveBeenCalledTimes(3);
    expect(open.size).toBe(0);
  });

  it('fetches small files together and ahead, but only so many', async () => {
    const entries = Array.from({ length: 400 }, (_, index) => file(`f${index}`, 20_000));
    const { environment, contents, open, planDownload, dropDownload } = world({}, entries);
    const { length, pieces } = await planZip(environment, entries, never);
    const all = pieces(() => undefined);
    await all.next();
    expect(planDownload.mock.calls.length).toBeLessThanOrEqual(4 * 64);
    expect(await lengthOf(all)).toBeLessThan(length);
    expect(contents.mock.calls.map(([versions]) => versions.length)).toEqual([64, 64, 64, 64, 64, 64, 16]);
    expect([open.size, dropDownload.mock.calls.length]).toEqual([0, 400]);
  });

  it('fetches by itself what did not come with the others', async () => {
    const entries = [file('a', 10), file('b', 20)];
    const { environment, contents, reads, open } = world({}, entries);
    contents.mockResolvedValueOnce([new Uint8Array(1), null]);
    const { length, pieces } = await planZip(environment, entries, never);
    expect(await lengthOf(pieces(() => undefined))).toBe(length);
    expect(reads.sort()).toEqual(['a 0-10', 'b 0-20']);
    expect(open.size).toBe(0);
  });

  it('fails for a file that is gone', async () => {
    const entries = [file('a', 10), file('gone', 10)];
    const { environment, dropDownload } = world({}, entries);
    const { pieces } = await planZip(environment, entries, never);
    await expect(lengthOf(pieces(() => undefined))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(dropDownload).toHaveBeenCalledOnce();
  });

  it('fails for a file that is not as long as it was', async () => {
    const entries = [file('a', 10)];
    const { environment, open, dropDownload } = world({ a: 11 }, entries);
    const { pieces } = await planZip(environment, entries, never);
    await expect(lengthOf(pieces(() => undefined))).rejects.toMatchObject({ code: 'changed-since' });
    expect(dropDownload).toHaveBeenCalledOnce();
    expect(open.size).toBe(0);
  });

  it('tells when something in a folder below was put aside', async () => {
    const { environment } = world();
    const [folder, below] = [entryOf({ id: 'folder', kind: 'folder' }), entryOf({ id: 'below', kind: 'folder' })];
    const list = (id: string) => Promise.resolve({ entries: id === 'folder' ? [below] : [], isWhole: id === 'folder' });
    expect((await planZip({ ...environment, list }, [folder], never)).isWhole).toBe(false);
    expect((await planZip(environment, [folder], never)).isWhole).toBe(true);
  });

  it('stops looking through folders when it is cancelled', async () => {
    const controller = new AbortController();
    const { environment } = world();
    const list = vi.fn(() => {
      controller.abort();
      return Promise.resolve({ entries: [entryOf({ id: 'deeper', kind: 'folder' })], isWhole: true });
    });
    const folder = entryOf({ id: 'folder', kind: 'folder' });
    await expect(planZip({ ...environment, list }, [folder], controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(list).toHaveBeenCalledOnce();
  });
});

describe('gathered', () => {
  it('puts small pieces together, each with a buffer of its own', async () => {
    async function* pieces() {
      for (let index = 0; index < 7; index++) yield await Promise.resolve(new Uint8Array([9, index, 9]).subarray(1, 2));
    }
    const got: number[][] = [];
    for await (const piece of gathered(pieces(), 3)) {
      expect(piece.buffer.byteLength).toBe(piece.byteLength);
      got.push([...piece]);
    }
    expect(got).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
  });
});
