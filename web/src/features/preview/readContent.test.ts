import { describe, expect, it, vi } from 'vitest';

import { readStart, readWhole } from './readContent';
import { readText } from './readText';

const MIB = 1024 * 1024;

function contentOf(size: number) {
  const read = vi.fn((start: number, end: number) => Promise.resolve(new Uint8Array(end - start).fill(start / MIB)));
  return { size, read };
}

describe('reading a file for showing it', () => {
  it('goes piece by piece and tells how far it is', async () => {
    const content = contentOf(5 * MIB);
    const told: number[] = [];
    const bytes = await readWhole(content, new AbortController().signal, (done) => told.push(done));
    expect(bytes.byteLength).toBe(5 * MIB);
    expect([bytes[0], bytes[2 * MIB], bytes[5 * MIB - 1]]).toEqual([0, 2, 4]);
    expect(told).toEqual([0.4, 0.8, 1]);
  });

  it('takes no more than was asked for', async () => {
    const content = contentOf(100 * MIB);
    expect((await readStart(content, 10, new AbortController().signal)).byteLength).toBe(10);
    expect(content.read.mock.calls).toEqual([[0, 10]]);
  });

  it('stops when nobody looks any more', async () => {
    const controller = new AbortController();
    const content = contentOf(100 * MIB);
    await expect(readWhole(content, controller.signal, () => controller.abort())).rejects.toThrow();
    expect(content.read).toHaveBeenCalledOnce();
  });

  it('never goes round in circles', async () => {
    const content = { size: 3, read: () => Promise.resolve(new Uint8Array()) };
    await expect(readWhole(content, new AbortController().signal)).rejects.toThrow('too early');
  });
});

describe('text', () => {
  it('is UTF-8, or UTF-16 by its mark', () => {
    expect(readText(new TextEncoder().encode('Grüße'), false)).toBe('Grüße');
    expect(readText(new Uint8Array([0xff, 0xfe, 0x41, 0, 0xfc, 0]), false)).toBe('Aü');
    expect(readText(new Uint8Array([0xfe, 0xff, 0, 0x41]), false)).toBe('A');
  });

  it('may be cut within a letter', () => {
    const bytes = new TextEncoder().encode('aü').slice(0, 2);
    expect(readText(bytes, true)).toBe('a');
    expect(readText(bytes, false)).toBe('a\uFFFD');
  });

  it('holds no zero bytes', () => {
    expect(readText(new Uint8Array([0x50, 0, 3]), false)).toBeNull();
  });
});
