import { readFile } from 'node:fs/promises';

import { beforeAll, describe, expect, it, vi } from 'vitest';

import init, { ContentOpener, ContentSealer } from '../../pkg/strongroom_wasm.js';
import { openParts } from './opening';
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
  const sealer = new ContentSealer(key, NONCE, HEADER, plain.length);
  const contentLength = Array.from({ length: sealer.parts }, (_, part) => sealer.partLength(part)).reduce((a, b) => a + b);
  let hashes = new Uint8Array();
  const sealed = new SealedFile(new Blob([plain]), sealer, contentLength + TAIL.length, (found) => {
    hashes = new Uint8Array(found);
    return Promise.resolve(TAIL);
  });
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  while (offset < sealed.size) {
    const piece = (await sealed.from(offset)).slice(0, cut);
    pieces.push(new Uint8Array(await piece.arrayBuffer()));
    offset += piece.size;
  }
  const stored = new Uint8Array(await new Blob(pieces).arrayBuffer());
  return { stored, contentLength, hashes };
}

async function open(stored: Uint8Array<ArrayBuffer>, hashes: Uint8Array<ArrayBuffer>, size: number): Promise<Uint8Array> {
  const root = new Uint8Array(await crypto.subtle.digest('SHA-256', hashes));
  const opener = new ContentOpener(key, NONCE, HEADER, hashes, root, size);
  const parts: Uint8Array[] = [];
  const reader = { read: (start: number, end: number) => Promise.resolve(stored.slice(start, end)) };
  await openParts(opener, reader, (part) => void parts.push(part), () => undefined);
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
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
    const sealer = new ContentSealer(key, NONCE, HEADER, 20_000_000);
    const sealed = new SealedFile(new Blob([noise(20_000_000)]), sealer, 30_000_000, () => Promise.resolve(TAIL));
    const first = await sealed.from(0);
    await sealed.from(first.size);
    await expect(sealed.from(0)).rejects.toMatchObject({ code: 'bad-answer' });
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
      finish: () => new Uint8Array(),
      free: () => undefined,
    };
    const sealed = new SealedFile(file, sealer as unknown as ContentSealer, 10, () => Promise.resolve(new Uint8Array()));
    const numbers = async (offset: number): Promise<number[]> => {
      acknowledged = offset;
      return [...new Uint8Array(await (await sealed.from(offset)).arrayBuffer())];
    };
    // Nobody waits for more than the first part to begin.
    expect(await numbers(0)).toEqual([1]);
    await vi.waitFor(() => expect(sealer.sealed).toBe(2 * PARTS_AT_ONCE));
    // The answer got lost, or the server took nothing: all of it stands ready.
    expect(await numbers(0)).toEqual([1, 2, 3]);
    expect(await numbers(1)).toEqual([2, 3, 4]);
    expect(await numbers(4)).toEqual([5, 6, 7]);
    await vi.waitFor(() => expect(sealer.sealed).toBe(10));
    expect(await numbers(9)).toEqual([10]);
    await sealed.close();
    expect(most).toBe(2 * PARTS_AT_ONCE);
  });

  it('notices a file that shrank', async () => {
    const sealer = new ContentSealer(key, NONCE, HEADER, 1000);
    const sealed = new SealedFile(new Blob([noise(999)]), sealer, 2000, () => Promise.resolve(TAIL));
    await expect(sealed.from(0)).rejects.toMatchObject({ code: 'file-changed' });
  });
});

describe('openParts', () => {
  it('delivers nothing of a part in which one bit was flipped', async () => {
    const { stored, hashes } = await sealWhole(noise(9_000_000));
    stored[5_000_000]! ^= 1;
    await expect(open(stored, hashes, 9_000_000)).rejects.toMatchObject({ code: 'altered' });
  });
});
