import { crc32 } from './crc32';

/** One file or folder of a zip, with nothing compressed. */
export interface ZipEntry {
  /** Its names from the top down, cleaned already. */
  path: readonly string[];
  isFolder: boolean;
  /** In bytes; 0 for folders. */
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
}

/** From here on a number does not fit into 32 (or 16) bits, and stands in a longer field (Zip64). */
const [MAX_32, MAX_16] = [0xffffffff, 0xffff];
/** Names are UTF-8; sizes and the sum come after the content. */
const [UTF8, TRAILING] = [0x0800, 0x0008];
/** What it takes to unpack: folders; Zip64. */
const [VERSION, VERSION_64] = [20, 45];
const UNIX = 3 << 8;

interface Written {
  entry: ZipEntry;
  name: Uint8Array;
  offset: number;
  crc: number;
}

/** How long the zip of these entries is, in bytes. */
export function zipLength(entries: readonly ZipEntry[]): number {
  let [length, directory] = [0, 0];
  for (const entry of entries) {
    const written = { entry, name: nameOf(entry), offset: length, crc: 0 };
    length += local(written).byteLength + entry.size + trailer(written).byteLength;
    directory += central(written).byteLength;
  }
  return length + directory + ending(entries.length, length, directory).byteLength;
}

/**
 * The zip of these entries, piece by piece. `contents` is called for each file, when it is its turn;
 * content that is shorter or longer than the entry says makes it fail.
 */
export async function* zip(
  entries: readonly ZipEntry[],
  contents: (index: number) => AsyncIterable<Uint8Array<ArrayBuffer>>,
  sum = crc32,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let offset = 0;
  const all: Written[] = [];
  for (const [index, entry] of entries.entries()) {
    const written: Written = { entry, name: nameOf(entry), offset, crc: 0 };
    all.push(written);
    const header = local(written);
    offset += header.byteLength + entry.size;
    yield header;
    if (!entry.isFolder) {
      let left = entry.size;
      for await (const bytes of contents(index)) {
        left -= bytes.byteLength;
        if (left < 0) break;
        written.crc = sum(bytes, written.crc);
        yield bytes;
      }
      if (left !== 0) throw new RangeError('the content is not as long as it was said to be');
    }
    const after = trailer(written);
    offset += after.byteLength;
    if (after.byteLength > 0) yield after;
  }
  let directory = 0;
  for (const written of all) {
    const record = central(written);
    directory += record.byteLength;
    yield record;
  }
  yield ending(all.length, offset, directory);
}

function nameOf({ path, isFolder }: ZipEntry): Uint8Array {
  return new TextEncoder().encode(path.join('/') + (isFolder ? '/' : ''));
}

/** Before the content. */
function local({ entry, name }: Written): Uint8Array<ArrayBuffer> {
  const isLong = entry.size >= MAX_32;
  const size = isLong ? MAX_32 : 0;
  // The sizes are not known yet, as far as this field goes; it says that they will have 64 bits.
  const extra = [...(isLong ? [u16(1), u16(16), u64(0), u64(0)] : []), ...time(entry)];
  const flags = entry.isFolder ? UTF8 : UTF8 | TRAILING;
  return join([
    u32(0x04034b50), u16(isLong ? VERSION_64 : VERSION), u16(flags), u16(0), ...dosTime(entry.modified),
    u32(0), u32(size), u32(size), u16(name.byteLength), u16(lengthOf(extra)), name, ...extra,
  ]);
}

/** After the content: its sum and sizes. */
function trailer({ entry, crc }: Written): Uint8Array<ArrayBuffer> {
  if (entry.isFolder) return new Uint8Array();
  const size = entry.size >= MAX_32 ? u64 : u32;
  return join([u32(0x08074b50), u32(crc), size(entry.size), size(entry.size)]);
}

/** In the directory at the end. */
function central({ entry, name, offset, crc }: Written): Uint8Array<ArrayBuffer> {
  const [isLong, isFar] = [entry.size >= MAX_32, offset >= MAX_32];
  const long = [...(isLong ? [u64(entry.size), u64(entry.size)] : []), ...(isFar ? [u64(offset)] : [])];
  const extra = [...(long.length > 0 ? [u16(1), u16(8 * long.length), ...long] : []), ...time(entry)];
  const version = isLong || isFar ? VERSION_64 : VERSION;
  const size = isLong ? MAX_32 : entry.size;
  const mode = entry.isFolder ? 0o040755 * 0x10000 + 0x10 : 0o100644 * 0x10000;
  return join([
    u32(0x02014b50), u16(UNIX | version), u16(version), u16(entry.isFolder ? UTF8 : UTF8 | TRAILING), u16(0), ...dosTime(entry.modified),
    u32(crc), u32(size), u32(size), u16(name.byteLength), u16(lengthOf(extra)), u16(0), u16(0), u16(0), u32(mode),
    u32(isFar ? MAX_32 : offset), name, ...extra,
  ]);
}

function ending(count: number, offset: number, directory: number): Uint8Array<ArrayBuffer> {
  const isLong = count >= MAX_16 || offset >= MAX_32 || directory >= MAX_32;
  const long = [
    u32(0x06064b50), u64(44), u16(UNIX | VERSION_64), u16(VERSION_64), u32(0), u32(0), u64(count), u64(count), u64(directory), u64(offset),
    // Where that is.
    u32(0x07064b50), u32(0), u64(offset + directory), u32(1),
  ];
  return join([
    ...(isLong ? long : []),
    u32(0x06054b50), u16(0), u16(0), u16(Math.min(count, MAX_16)), u16(Math.min(count, MAX_16)),
    u32(Math.min(directory, MAX_32)), u32(Math.min(offset, MAX_32)), u16(0),
  ]);
}

/** To the second, in no time zone; as far as it fits. */
function time({ modified }: ZipEntry): Uint8Array[] {
  const seconds = Math.max(-0x80000000, Math.min(0x7fffffff, Math.floor(modified / 1000)));
  return [u16(0x5455), u16(5), new Uint8Array([1]), u32(seconds >>> 0)];
}

/** As MS-DOS kept it: to two seconds, by the clock on the wall, from 1980 to 2107. */
function dosTime(modified: number): Uint8Array[] {
  const at = new Date(modified);
  const year = at.getFullYear();
  if (!(year >= 1980)) return [u16(0), u16((1 << 5) | 1)];
  if (year > 2107) return [u16((23 << 11) | (59 << 5) | 29), u16((127 << 9) | (12 << 5) | 31)];
  return [
    u16((at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1)),
    u16(((year - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate()),
  ];
}

function u16(value: number): Uint8Array {
  return new Uint8Array([value, value >>> 8]);
}

function u32(value: number): Uint8Array {
  return new Uint8Array([value, value >>> 8, value >>> 16, value >>> 24]);
}

function u64(value: number): Uint8Array {
  return join([u32(value % 0x100000000), u32(Math.floor(value / 0x100000000))]);
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}
