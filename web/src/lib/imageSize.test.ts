import { describe, expect, it } from 'vitest';

import { imageSize } from './imageSize';

const bytes = (...parts: (string | number[])[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : part)));
const size = { width: 0x1234, height: 0x0567 };

describe('the size that an image states', () => {
  it.each([
    ['PNG', bytes([0x89], 'PNG', [13, 10, 26, 10, 0, 0, 0, 13], 'IHDR', [0, 0, 0x12, 0x34, 0, 0, 0x05, 0x67])],
    ['GIF', bytes('GIF89a', [0x34, 0x12, 0x67, 0x05])],
    ['BMP', bytes('BM', Array<number>(12).fill(0), [40, 0, 0, 0, 0x34, 0x12, 0, 0, 0x99, 0xfa, 0xff, 0xff])],
    ['WebP, extended', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', Array<number>(8).fill(0), [0x33, 0x12, 0, 0x66, 0x05, 0])],
    ['WebP, lossless', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8L', [0, 0, 0, 0, 0x2f], [0x33, 0x92, 0x59, 0x01])],
    ['WebP, lossy', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 ', Array<number>(7).fill(0), [0x9d, 0x01, 0x2a, 0x34, 0x12, 0x67, 0x05])],
    ['JPEG behind other segments', bytes([0xff, 0xd8, 0xff, 0xe1, 0, 4, 1, 2, 0xff, 0xff, 0xc4, 0, 3, 9, 0xff, 0xc2, 0, 17, 8, 0x05, 0x67, 0x12, 0x34])],
    ['AVIF with parts', bytes([0, 0, 0, 24], 'ftypavif', Array<number>(8).fill(0), 'ispe', [0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 9], 'ispe', [0, 0, 0, 0, 0, 0, 0x12, 0x34, 0, 0, 0x05, 0x67], [0])],
  ])('is read from %s', (_form, header) => {
    expect(imageSize(header)).toEqual(size);
  });

  it.each([
    ['nothing', bytes()],
    ['text', bytes('hello, this is no image at all')],
    ['a JPEG that ends early', bytes([0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff])],
    ['a JPEG of nonsense', bytes([0xff, 0xd8, 1, 2, 3, 4])],
    ['a PNG that ends early', bytes([0x89], 'PNG', [13, 10, 26, 10, 0, 0, 0, 13], 'IHDR', [0, 0])],
  ])('is unknown for %s', (_form, header) => {
    expect(imageSize(header)).toBeNull();
  });
});
