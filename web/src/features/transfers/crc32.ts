/** Tables for eight bytes at a time: a download of gigabytes goes through this. */
const TABLES = makeTables();

/** CRC-32 as in zip files, of `bytes` after what `before` is the sum of. */
export function crc32(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let crc = ~before;
  let at = 0;
  for (; at + 8 <= bytes.byteLength; at += 8) {
    const low = view.getUint32(at, true) ^ crc;
    const high = view.getUint32(at + 4, true);
    crc =
      (t7[low & 255] ?? 0) ^ (t6[(low >>> 8) & 255] ?? 0) ^ (t5[(low >>> 16) & 255] ?? 0) ^ (t4[low >>> 24] ?? 0) ^
      (t3[high & 255] ?? 0) ^ (t2[(high >>> 8) & 255] ?? 0) ^ (t1[(high >>> 16) & 255] ?? 0) ^ (t0[high >>> 24] ?? 0);
  }
  for (; at < bytes.byteLength; at++) crc = (crc >>> 8) ^ (t0[(crc ^ view.getUint8(at)) & 255] ?? 0);
  return ~crc >>> 0;
}

type Tables = [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];

function makeTables(): Tables {
  const tables = Array.from({ length: 8 }, () => new Int32Array(256)) as Tables;
  const [first] = tables;
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    first[byte] = crc;
  }
  for (let byte = 0; byte < 256; byte++) {
    let crc = first[byte] ?? 0;
    for (const table of tables.slice(1)) {
      crc = (crc >>> 8) ^ (first[crc & 255] ?? 0);
      table[byte] = crc;
    }
  }
  return tables;
}
