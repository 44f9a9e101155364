import { crc32 as reference } from 'node:zlib';

import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';

import { crc32 } from './crc32';
import { zip, zipLength, type ZipEntry } from './zip';

const MODIFIED = Date.UTC(2024, 1, 29, 12, 34, 56);
const file = (name: string, size: number): ZipEntry => ({ path: name.split('/'), isFolder: false, size, modified: MODIFIED });
const folder = (name: string): ZipEntry => ({ ...file(name, 0), isFolder: true });
const noise = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).map((_, index) => (index * 131) ^ (index >>> 7));

async function* inPieces(bytes: Uint8Array<ArrayBuffer>, size = 1000): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.byteLength; at += size) yield await Promise.resolve(bytes.slice(at, at + size));
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

describe('crc32', () => {
  it.each([0, 1, 7, 8, 9, 1000, 4099])('is that of zip files for %i bytes, in one piece or in two', (length) => {
    const bytes = noise(length + 3).subarray(3);
    expect(crc32(bytes)).toBe(reference(bytes));
    const middle = Math.floor(length / 3);
    expect(crc32(bytes.subarray(middle), crc32(bytes.subarray(0, middle)))).toBe(reference(bytes));
  });
});

describe('zip', () => {
  it('holds files and empty folders, under names of all languages', async () => {
    const entries = [folder('leer'), file('größe/写真.bin', 5000), folder('größe/a'), file('nothing', 0)];
    const bytes = await collect(zip(entries, (index) => inPieces(noise(entries[index]!.size))));
    expect(bytes.byteLength).toBe(zipLength(entries));
    const unpacked = unzipSync(bytes);
    expect(Object.keys(unpacked)).toEqual(['leer/', 'größe/写真.bin', 'größe/a/', 'nothing']);
    expect(unpacked['größe/写真.bin']).toEqual(noise(5000));
    expect(unpacked.nothing).toHaveLength(0);
    // The sum stands in the directory, which is what programs compare with.
    expect(bytes.includes(Buffer.from(new Uint32Array([reference(noise(5000))]).buffer))).toBe(true);
  });

  it('keeps when a file was changed', async () => {
    const bytes = await collect(zip([file('a', 0)], () => inPieces(noise(0))));
    const extra = Buffer.from([0x55, 0x54, 5, 0, 1, 0, 0, 0, 0]);
    extra.writeInt32LE(MODIFIED / 1000, 5);
    expect(bytes.indexOf(extra)).toBeGreaterThan(0);
    expect(bytes.lastIndexOf(extra)).toBeGreaterThan(bytes.indexOf(extra));
  });

  it.each([
    ['shorter', 9],
    ['longer', 11],
  ])('fails when a file is %s than it was said to be', async (_how, length) => {
    await expect(collect(zip([file('a', 10)], () => inPieces(noise(length))))).rejects.toThrow(RangeError);
  });

  it('has room for files of more than 4 GiB, and for what comes after them', async () => {
    const size = 2 ** 32 + 10;
    const entries = [file('large', size), file('after', 3)];
    // A piece that only says how long it is: nobody looks into it here.
    async function* contents(index: number) {
      yield await Promise.resolve({ byteLength: entries[index]!.size } as Uint8Array<ArrayBuffer>);
    }
    let length = 0;
    const written: Uint8Array[] = [];
    for await (const piece of zip(entries, contents, () => 0)) {
      length += piece.byteLength;
      if (piece instanceof Uint8Array) written.push(piece);
    }
    expect(length).toBe(zipLength(entries));
    const last = Buffer.concat(written);
    const locator = last.lastIndexOf(Buffer.from([0x50, 0x4b, 6, 7]));
    const ending64 = last.lastIndexOf(Buffer.from([0x50, 0x4b, 6, 6]));
    expect(Number(last.readBigUInt64LE(locator + 8))).toBe(length - last.byteLength + ending64);
    const directory = last.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    expect(Number(last.readBigUInt64LE(ending64 + 48))).toBe(length - last.byteLength + directory);
    expect(last.readUInt32LE(directory + 20)).toBe(0xffffffff);
    const extra = last.indexOf(Buffer.from([1, 0, 16, 0]), directory);
    expect(Number(last.readBigUInt64LE(extra + 4))).toBe(size);
  });

  it('has room for more than 65,535 entries', { timeout: 60_000 }, async () => {
    const entries = Array.from({ length: 65_536 }, (_, index) => folder(String(index)));
    const bytes = await collect(zip(entries, () => inPieces(noise(0))));
    expect(bytes.byteLength).toBe(zipLength(entries));
    expect(bytes.readUInt16LE(bytes.byteLength - 22 + 8)).toBe(0xffff);
    const ending64 = bytes.byteLength - 22 - 20 - 56;
    expect(bytes.readUInt32LE(ending64)).toBe(0x06064b50);
    expect(Number(bytes.readBigUInt64LE(ending64 + 24))).toBe(65_536);
  });
});
