import { readFile } from 'node:fs/promises';

import { beforeAll, describe, expect, it, vi } from 'vitest';

import init, { ContentOpener, ContentSealer } from '../../pkg/strongroom_wasm.js';
import { Problem } from '../lib/problem';
import { OpenedFile, SEGMENT } from './reading';
import { PART_SIZE, PARTS_AT_ONCE, SealedFile } from './sealing';

const HEADER = new Uint8Array(56).fill(5);
const NONCE = new Uint8Array(12).fill(9);
const TAIL = new TextEncoder().encode('the sealed segment list');
let key: CryptoKey;

beforeAll(async () => {
  const wasm = await readFile(new URL('../../pkg/strongroom_wasm_bg.wasm', import.meta.url));
  await init({ module_or_path: wasm });
  key = await crypto.subtle.importKey('raw', new Uint8Array(32).fill(1), 'AES-GCM', false, ['encrypt', 'decrypt']);
});

function noise(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, Math.min(size, at + 65_536)));
  return bytes;
}

async function sealWhole(plain: Uint8Array<ArrayBuffer>, cut = Number.POSITIVE_INFINITY) {
  const sealer = new ContentSealer(key, NONCE, HEADER, plain.length, new Uint8Array());
  const contentLength = Array.from({ length: sealer.parts }, (_, part) => sealer.partLength(part)).reduce((a, b) => a + b);
  let hashes = new Uint8Array();
  const sealed = new SealedFile(new Blob([plain]), sealer, contentLength + TAIL.length, {
    tail: (found) => {
      hashes = new Uint8Array(found);
      return Promise.resolve(TAIL);
    },
  });
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  while (offset < sealed.size) {
    const piece = (await sealed.from(offset)).slice(0, cut);
    pieces.push(piece);
    offset += piece.byteLength;
  }
  const stored = new Uint8Array(await new Blob(pieces).arrayBuffer());
  return { stored, contentLength, hashes };
}

/** What is stored, opened again, and which ranges were fetched for it. */
async function opened(stored: Uint8Array<ArrayBuffer>, hashes: Uint8Array<ArrayBuffer>, size: number) {
  const root = new Uint8Array(await crypto.subtle.digest('SHA-256', hashes));
  const fetched: [number, number][] = [];
  const file = new OpenedFile(new ContentOpener(key, NONCE, HEADER, hashes, root, size), size, (start, end) => {
    fetched.push([start, end]);
    return Promise.resolve(stored.slice(start, end));
  });
  return { file, fetched };
}

async function open(stored: Uint8Array<ArrayBuffer>, hashes: Uint8Array<ArrayBuffer>, size: number): Promise<Uint8Array> {
  const { file } = await opened(stored, hashes, size);
  const parts: BlobPart[] = [];
  for await (const part of file.stream(0, size, new AbortController().signal)) parts.push(part);
  file.close();
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

describe.each([0, 1, 16_384, 524_288, 8 * 1024 * 1024, 8 * 1024 * 1024 + 1, 20_000_000])('a file of %i bytes', (size) => {
  it('is sealed in parts and opens to the same bytes', async () => {
    const plain = noise(size);
    const { stored, contentLength, hashes } = await sealWhole(plain);
    expect(stored.length).toBe(contentLength + TAIL.length);
    expect(stored.slice(0, 56)).toEqual(HEADER);
    expect(stored.slice(contentLength)).toEqual(TAIL);
    const opened = await open(stored, hashes, size);
    expect(Buffer.compare(opened, plain)).toBe(0);
  });
});

describe('SealedFile', () => {
  it('gives the same bytes however much of a part the server took', async () => {
    const { stored, contentLength, hashes } = await sealWhole(noise(9_000_000), 3_000_017);
    expect(stored.length).toBe(contentLength + TAIL.length);
    await expect(open(stored, hashes, 9_000_000)).resolves.toHaveLength(9_000_000);
  });

  it('does not go back to what the server has acknowledged', async () => {
    const sealer = new ContentSealer(key, NONCE, HEADER, 20_000_000, new Uint8Array());
    const sealed = new SealedFile(new Blob([noise(20_000_000)]), sealer, 30_000_000, { tail: () => Promise.resolve(TAIL) });
    const first = await sealed.from(0);
    await sealed.from(first.byteLength);
    await expect(sealed.from(1)).rejects.toMatchObject({ code: 'bad-answer' });
    // The server forgot all of it.
    await expect(sealed.from(0)).rejects.toMatchObject({ code: 'upload-expired' });
  });

  it('sends together what was sealed meanwhile, and seals no further than that', async () => {
    const file = { size: 10 * PART_SIZE, slice: () => new Blob() } as unknown as Blob;
    let [acknowledged, most] = [0, 0];
    const sealer = {
      parts: 10,
      sealed: 0,
      sealPart: (part: number) => {
        sealer.sealed = part + 1;
        most = Math.max(most, sealer.sealed - acknowledged);
        return Promise.resolve(new Uint8Array([sealer.sealed]));
      },
      hashes: () => new Uint8Array(),
      finish: () => new Uint8Array(),
      free: () => undefined,
    };
    const sealed = new SealedFile(file, sealer as unknown as ContentSealer, 10, { tail: () => Promise.resolve(new Uint8Array()) });
    const numbers = async (offset: number): Promise<number[]> => {
      acknowledged = offset;
      return [...(await sealed.from(offset))];
    };
    // Nobody waits for more than the first part to begin.
    expect(await numbers(0)).toEqual([1]);
    await vi.waitFor(() => expect(sealer.sealed).toBe(2 * PARTS_AT_ONCE));
    // The answer got lost, or the server took nothing: all of it stands ready.
    expect(await numbers(0)).toEqual([1, 2, 3]);
    expect(await numbers(1)).toEqual([2, 3, 4]);
    await vi.waitFor(() => expect(sealer.sealed).toBe(7));
    expect(await numbers(4)).toEqual([5, 6, 7]);
    await vi.waitFor(() => expect(sealer.sealed).toBe(10));
    expect(await numbers(9)).toEqual([10]);
    await sealed.close();
    expect(most).toBe(2 * PARTS_AT_ONCE);
  });

  it('gives nothing out before its hashes are kept', async () => {
    const sealer = new ContentSealer(key, NONCE, HEADER, 20_000_000, new Uint8Array());
    const kept: number[] = [];
    let done: () => void = () => undefined;
    const keep = (hashes: Uint8Array): Promise<void> => {
      kept.push(hashes.byteLength / 32);
      return new Promise((resolve) => (done = resolve));
    };
    const sealed = new SealedFile(new Blob([noise(20_000_000)]), sealer, 30_000_000, { tail: () => Promise.resolve(TAIL), keep });
    let given: Uint8Array | null = null;
    const asked = sealed.from(0).then((bytes) => (given = bytes));
    await vi.waitFor(() => expect(kept).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(given).toBeNull();
    const hashed = kept[0]! * 524_800 + 56;
    done();
    expect((await asked).byteLength).toBeLessThanOrEqual(hashed + TAIL.length);
  });

  it('seals to the end even if the server has everything', async () => {
    const sealer = new ContentSealer(key, NONCE, HEADER, 70_000_000, new Uint8Array());
    let hashes = 0;
    const tail = (found: Uint8Array): Promise<Uint8Array> => {
      hashes = found.byteLength / 32;
      return Promise.resolve(TAIL);
    };
    const compared: number[] = [];
    const sealed = new SealedFile(new Blob([new Uint8Array(70_000_000)]), sealer, 80_000_000, { tail, onCompared: (bytes) => compared.push(bytes) });
    await sealed.finish();
    expect(compared.at(-1)).toBe(70_000_000);
    // Of the file, and of its padding.
    expect(hashes).toBeGreaterThanOrEqual(Math.ceil(70_000_000 / SEGMENT));
    await sealed.close();
  });

  it('tells how far it is with what was sent before', async () => {
    const sealer = new ContentSealer(key, NONCE, HEADER, 40_000_000, new Uint8Array());
    const third = sealer.partLength(0) + sealer.partLength(1);
    const thirdLength = sealer.partLength(2);
    const compared: number[] = [];
    const sealed = new SealedFile(new Blob([new Uint8Array(40_000_000)]), sealer, 50_000_000, {
      tail: () => Promise.resolve(TAIL),
      onCompared: (bytes) => compared.push(bytes),
    });
    const rest = await sealed.from(third + 1000);
    // The third part was sent in part: it is given out from there on.
    expect(rest.byteLength).toBeGreaterThanOrEqual(thirdLength - 1000);
    expect(compared.at(-1)).toBe(2 * PART_SIZE);
    const until = compared.length;
    await sealed.from(third + 1000 + rest.byteLength);
    expect(compared).toHaveLength(until);
    await sealed.close();
  });

  it('notices a file that shrank', async () => {
    const sealer = new ContentSealer(key, NONCE, HEADER, 1000, new Uint8Array());
    const sealed = new SealedFile(new Blob([noise(999)]), sealer, 2000, { tail: () => Promise.resolve(TAIL) });
    const error = await sealed.from(0).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ code: 'file-changed' });
  });
});

describe('OpenedFile', () => {
  const SIZE = 9_000_000;

  it('delivers nothing of a piece in which one bit was flipped', async () => {
    const { stored, hashes } = await sealWhole(noise(SIZE));
    stored[5_000_000]! ^= 1;
    await expect(open(stored, hashes, SIZE)).rejects.toMatchObject({ code: 'altered' });
    const { file } = await opened(stored, hashes, SIZE);
    await expect(file.read(5_000_000, 5_000_001)).rejects.toMatchObject({ code: 'altered' });
    await expect(file.read(0, 100)).resolves.toHaveLength(100);
  });

  it('asks once more for a piece that was kept wrong, and hands on only what is right', async () => {
    const plain = noise(SIZE);
    const { stored, hashes } = await sealWhole(plain);
    const root = new Uint8Array(await crypto.subtle.digest('SHA-256', hashes));
    const [wrong, asked] = [stored.slice(), [] as number[]];
    wrong[5_000_000]! ^= 1;
    const opener = new ContentOpener(key, NONCE, HEADER, hashes, root, SIZE);
    const again = (start: number, end: number) => {
      asked.push(start);
      return Promise.resolve(stored.slice(start, end));
    };
    const file = new OpenedFile(opener, SIZE, (start, end) => Promise.resolve(wrong.slice(start, end)), again);
    expect(Buffer.compare(await file.read(0, SIZE), plain)).toBe(0);
    expect(asked).toHaveLength(1);
    file.close();
  });

  it('checks the end of a file of which only padding is left', async () => {
    // One byte into a new segment, most of which is padding.
    const { stored, hashes } = await sealWhole(noise(SIZE));
    stored[stored.length - TAIL.length - 1]! ^= 1;
    await expect(open(stored, hashes, SIZE)).rejects.toMatchObject({ code: 'altered' });
  });

  it('reads from any place, and fetches only what it needs, once', async () => {
    const plain = noise(SIZE);
    const { stored, hashes } = await sealWhole(plain);
    const { file, fetched } = await opened(stored, hashes, SIZE);
    expect(fetched).toEqual([]);
    for (const [start, end] of [[0, 0], [0, 1], [SEGMENT - 1, SEGMENT + 1], [3_000_000, 3_000_100], [SIZE - 5, SIZE + 50], [SIZE + 1, SIZE + 2]] as const) {
      expect(Buffer.compare(await file.read(start, end), plain.subarray(start, end))).toBe(0);
    }
    // The first two segments, the one around 3,000,000 and the last one.
    expect(fetched).toHaveLength(4);
    expect(fetched.reduce((sum, [start, end]) => sum + end - start, 0)).toBeLessThan(4 * 525_000);
    await file.read(0, SIZE);
    expect(fetched.every(([start, end]) => end - start <= 16 * 525_000)).toBe(true);
    file.close();
    await expect(file.read(5_000_000, 5_000_001)).rejects.toThrow();
  });

  it('streams from the middle, the first bytes soon', async () => {
    const plain = noise(SIZE);
    const { stored, hashes } = await sealWhole(plain);
    const { file, fetched } = await opened(stored, hashes, SIZE);
    const [start, end] = [4_000_001, 8_999_999];
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for await (const piece of file.stream(start, end, new AbortController().signal)) pieces.push(piece);
    expect(Buffer.compare(Buffer.concat(pieces), plain.subarray(start, end))).toBe(0);
    expect(fetched[0]![1] - fetched[0]![0]).toBeLessThan(525_000);
  });

  it('ends when nobody wants more', async () => {
    const { stored, hashes } = await sealWhole(noise(SIZE));
    const { file, fetched } = await opened(stored, hashes, SIZE);
    const stop = new AbortController();
    const pieces = file.stream(0, SIZE, stop.signal);
    await pieces.next();
    stop.abort();
    await expect(pieces.next()).rejects.toThrow();
    expect(fetched.length).toBeLessThan(5);
  });
});

describe('a sealer that goes on', () => {
  const SIZE = 9_000_000;
  const seal = async (plain: Uint8Array<ArrayBuffer>, known: Uint8Array<ArrayBuffer>) => {
    const sealer = new ContentSealer(key, NONCE, HEADER, SIZE, known);
    const first = await sealer.sealPart(0, plain.subarray(0, PART_SIZE));
    return { sealer, first, hashes: new Uint8Array(sealer.hashes()) };
  };

  it('seals the same bytes again, and refuses others', async () => {
    const plain = noise(SIZE);
    const before = await seal(plain, new Uint8Array());
    const again = await seal(plain, before.hashes);
    expect(Buffer.compare(again.first, before.first)).toBe(0);
    for (const at of [0, PART_SIZE - 1]) {
      const changed = plain.slice();
      changed[at]! ^= 1;
      await expect(seal(changed, before.hashes)).rejects.toMatchObject({ code: 'file-changed' });
    }
    const changed = plain.slice();
    changed[SIZE - 1]! ^= 1;
    const { sealer } = await seal(changed, before.hashes);
    await expect(sealer.sealPart(1, changed.subarray(PART_SIZE))).resolves.toBeInstanceOf(Uint8Array);
  });

  it('seals nothing more once the file has changed', async () => {
    const plain = noise(SIZE);
    const { hashes } = await seal(plain, new Uint8Array());
    const sealer = new ContentSealer(key, NONCE, HEADER, SIZE, hashes);
    const changed = plain.slice();
    changed[5]! ^= 1;
    await expect(sealer.sealPart(0, changed.subarray(0, PART_SIZE))).rejects.toMatchObject({ code: 'file-changed' });
    await expect(sealer.sealPart(0, plain.subarray(0, PART_SIZE))).rejects.toMatchObject({ code: 'internal' });
    await expect(sealer.sealPart(1, plain.subarray(PART_SIZE))).rejects.toMatchObject({ code: 'internal' });
    expect(() => sealer.finish()).toThrow();
  });
});
