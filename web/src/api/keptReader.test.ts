import 'fake-indexeddb/auto';

import { beforeEach, describe, expect, it, vi } from 'vitest';

import { clearKeptContents, keepBlock, keepDetails, keptBlock, keptDetails } from './keptContents';
import { BLOCK, KeptReader } from './keptReader';

/** A version of three blocks and a bit, each byte of which says where it is. */
const TOTAL = 3 * BLOCK + 100;
const byteAt = (at: number): number => (at * 31 + (at >> 16)) & 0xff;
const bytesOf = (start: number, end: number): Uint8Array => Uint8Array.from({ length: end - start }, (_, index) => byteAt(start + index));
/** Comparing megabytes one by one takes its time. */
const isRight = (bytes: Uint8Array, start: number): boolean => Buffer.from(bytes).equals(bytesOf(start, start + bytes.byteLength));
const server = () => vi.fn((start: number, end: number): Promise<Uint8Array> => Promise.resolve(bytesOf(start, end)));
const stored = (block: number): Promise<void> => vi.waitFor(async () => expect(await keptBlock('v', block)).toBeDefined());

beforeEach(async () => clearKeptContents());

describe('KeptReader', () => {
  it('gives the bytes that were asked for, and asks the server once', async () => {
    const fetch = server();
    const reader = new KeptReader('v', TOTAL, fetch);
    for (const [start, end] of [[0, 56], [10, BLOCK + 10], [TOTAL - 3, TOTAL], [0, TOTAL]] as const) {
      expect(isRight(await reader.read(start, end), start)).toBe(true);
    }
    expect(fetch.mock.calls).toEqual([[0, BLOCK], [BLOCK, 2 * BLOCK], [3 * BLOCK, TOTAL], [2 * BLOCK, 3 * BLOCK]]);
  });

  it('shares what is on its way', async () => {
    const fetch = server();
    const reader = new KeptReader('v', TOTAL, fetch);
    await Promise.all([reader.read(0, 10), reader.read(5, 20)]);
    expect(fetch.mock.calls.length).toBeLessThanOrEqual(2);
  });

  it('needs no server for what was read before', async () => {
    await new KeptReader('v', TOTAL, server()).read(0, TOTAL);
    for (const block of [0, 1, 2, 3]) await stored(block);
    const gone = vi.fn(() => Promise.reject(new Error('no server')));
    const read = await new KeptReader('v', TOTAL, gone).read(5, TOTAL);
    expect([read.byteLength, isRight(read, 5)]).toEqual([TOTAL - 5, true]);
    expect(gone).not.toHaveBeenCalled();
    await expect(new KeptReader('w', TOTAL, gone).read(0, 1)).rejects.toThrow('no server');
  });

  it('asks for a block of another length again', async () => {
    await keepBlock('v', 0, new Uint8Array(7), 1);
    const fetch = server();
    expect(await new KeptReader('v', TOTAL, fetch).read(0, 4)).toEqual(bytesOf(0, 4));
    expect(fetch).toHaveBeenCalledOnce();
  });

  it('drops what was not what had been sealed, and asks the server once more', async () => {
    await keepBlock('v', 0, new Uint8Array(BLOCK), 1);
    await keepBlock('v', 1, bytesOf(BLOCK, 2 * BLOCK), 1);
    const fetch = server();
    const reader = new KeptReader('v', TOTAL, fetch);
    expect(isRight(await reader.read(0, 99), 0)).toBe(false);
    const better = await reader.again(0, 99);
    expect(better !== null && isRight(better, 0)).toBe(true);
    expect(fetch).toHaveBeenCalledExactlyOnceWith(0, BLOCK);
    expect(await keptBlock('v', 1)).toBeUndefined();
    await vi.waitFor(async () => expect(isRight((await keptBlock('v', 0)) ?? new Uint8Array(1), 0)).toBe(true));
    // A server that goes on like that is not asked for ever.
    expect(await reader.again(0, 99)).toBeNull();
  });

  it('keeps nothing of what a server got wrong', async () => {
    const fetch = vi.fn(() => Promise.resolve(new Uint8Array(BLOCK)));
    const reader = new KeptReader('v', TOTAL, fetch);
    await reader.read(0, 10);
    expect(await reader.again(0, 10)).toBeNull();
    expect(fetch).toHaveBeenCalledOnce();
    expect(await keptBlock('v', 0)).toBeUndefined();
  });

  it('tries again what failed', async () => {
    const fetch = server();
    fetch.mockRejectedValueOnce(new Error('lost'));
    const reader = new KeptReader('v', TOTAL, fetch);
    await expect(reader.read(0, 4)).rejects.toThrow('lost');
    expect(await reader.read(0, 4)).toEqual(bytesOf(0, 4));
  });
});

describe('kept contents', () => {
  it('loses first what was used longest ago', async () => {
    const block = new Uint8Array(100);
    await keepBlock('old', 0, block, 1, 250);
    await keepBlock('used', 0, block, 2, 250);
    await keepBlock('old', 1, block, 3, 250);
    expect(await keptBlock('used', 0)).toBeUndefined();
    expect(await keptBlock('old', 0)).toBeDefined();
    // A block that comes twice counts once.
    await keepBlock('old', 1, block, 4, 250);
    expect(await keptBlock('old', 0)).toBeDefined();
  });

  it('keeps the descriptions that were used last', async () => {
    for (const [now, node] of ['a', 'b', 'c'].entries()) await keepDetails(node, `about ${node}`, now, 2);
    expect([await keptDetails('a'), await keptDetails('b'), await keptDetails('c')]).toEqual([undefined, 'about b', 'about c']);
  });
});
