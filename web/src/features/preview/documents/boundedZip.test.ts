import { unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';

import { boundedZip } from './boundedZip';

const MIB = 1024 * 1024;
const zeros = new Uint8Array(4 * MIB);

/** States another unpacked length in the archive's list of parts and before the part itself. */
function lie(archive: Uint8Array, stated: number): Uint8Array {
  const changed = archive.slice();
  const view = new DataView(changed.buffer);
  for (let at = 0; at + 30 < changed.byteLength; at++) {
    const mark = view.getUint32(at, true);
    if (mark === 0x04034b50) view.setUint32(at + 22, stated, true);
    if (mark === 0x02014b50) view.setUint32(at + 24, stated, true);
  }
  return changed;
}

describe('a document in its archive', () => {
  it('is the same with its parts unpacked', () => {
    const parts = { 'word/document.xml': new TextEncoder().encode('<a/>'), empty: new Uint8Array() };
    expect(unzipSync(boundedZip(zipSync(parts)))).toEqual(parts);
  });

  it('unpacks to no more than the limit', () => {
    const bomb = zipSync({ a: zeros, b: zeros });
    expect(bomb.byteLength).toBeLessThan(64 * 1024);
    expect(() => boundedZip(bomb, 8 * MIB)).not.toThrow();
    expect(() => boundedZip(bomb, 8 * MIB - 1)).toThrow(expect.objectContaining({ code: 'too-large' }));
  });

  it('does not, either, when it understates what is in it', () => {
    const bomb = lie(zipSync({ a: zeros, b: zeros }), 10);
    expect(boundedZip(bomb, MIB).byteLength).toBeLessThan(1000);
  });

  it('has only so many parts', () => {
    const many = Object.fromEntries(Array.from({ length: 5001 }, (_, index) => [String(index), new Uint8Array()]));
    expect(() => boundedZip(zipSync(many))).toThrow(expect.objectContaining({ code: 'too-large' }));
  });

  it('is none when it is something else', () => {
    expect(() => boundedZip(new TextEncoder().encode('<script>alert(1)</script>'))).toThrow(expect.objectContaining({ code: 'not-decoded' }));
    expect(() => boundedZip(zipSync({ a: zeros }).slice(0, 100))).toThrow(expect.objectContaining({ code: 'not-decoded' }));
  });
});
