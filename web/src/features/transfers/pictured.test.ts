import { describe, expect, it, vi } from 'vitest';

import { pictureOf } from './pictured';

const file = new File(['x'], 'photo.jpg', { type: 'image/jpeg' });
const never = new AbortController().signal;

describe('pictureOf', () => {
  it('gives the bytes', async () => {
    expect(await pictureOf(() => Promise.resolve(new Blob(['picture'])), file, never)).toEqual(new TextEncoder().encode('picture'));
  });

  it.each([
    ['there is none', () => Promise.resolve(null)],
    ['it is empty', () => Promise.resolve(new Blob([]))],
    ['it is larger than what can be sealed', () => Promise.resolve(new Blob([new Uint8Array(64 * 1024)]))],
    ['making it fails', () => Promise.reject(new Error('no decoder'))],
  ])('is nothing when %s', async (_why, make) => {
    expect(await pictureOf(make, file, never)).toBeUndefined();
  });

  it('is nothing once the upload is cancelled, whatever the decoder does', async () => {
    const controller = new AbortController();
    const picture = pictureOf(() => new Promise(() => undefined), file, controller.signal);
    controller.abort();
    expect(await picture).toBeUndefined();
  });

  it('does not wait for ever', async () => {
    const limit = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
    const picture = pictureOf(() => new Promise(() => undefined), file, never);
    limit.abort();
    expect(await picture).toBeUndefined();
    expect(timeout).toHaveBeenCalledOnce();
    timeout.mockRestore();
  });
});
