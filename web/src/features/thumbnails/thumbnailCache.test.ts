import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ThumbnailCache } from './thumbnailCache';

const live = new Set<string>();
beforeEach(() => {
  let made = 0;
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => {
    const address = `blob:${String(++made)}`;
    live.add(address);
    return address;
  });
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((address) => void live.delete(address));
});
afterEach(() => live.clear());

/** Loads that end when they are told to. */
function world() {
  const asked: string[] = [];
  const answers = new Map<string, (picture: Blob | null) => void>();
  const load = vi.fn((node: string) => {
    asked.push(node);
    return new Promise<Blob | null>((resolve) => answers.set(node, resolve));
  });
  const cache = new ThumbnailCache(load);
  const answer = async (node: string, picture: Blob | null = new Blob(['x'])) => {
    answers.get(node)?.(picture);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { cache, asked, answer };
}

describe('small pictures', () => {
  it('are asked for once, and told of when they come', async () => {
    const { cache, asked, answer } = world();
    const [first, second] = [vi.fn(), vi.fn()];
    cache.watch('a', '1', first);
    cache.watch('a', '1', second);
    expect([asked, cache.address('a', '1')]).toEqual([['a'], null]);
    await answer('a');
    expect(cache.address('a', '1')).toBe('blob:1');
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 1]);
  });

  it('are none where there are none, and that is not asked again', async () => {
    const { cache, asked, answer } = world();
    const end = cache.watch('a', '1', () => undefined);
    await answer('a', null);
    end();
    cache.watch('a', '1', () => undefined);
    expect([asked, cache.address('a', '1')]).toEqual([['a'], null]);
  });

  it('are others when the content is another', async () => {
    const { cache, asked, answer } = world();
    cache.watch('a', '1', () => undefined);
    await answer('a');
    cache.watch('a', '2', () => undefined);
    expect([asked, cache.address('a', '2')]).toEqual([['a', 'a'], null]);
  });

  it('come a few at a time, the last looked at first, and not when they were scrolled past', async () => {
    const { cache, asked, answer } = world();
    const ends = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((node) => cache.watch(node, '1', () => undefined));
    expect(asked).toEqual(['a', 'b', 'c', 'd']);
    ends[5]?.();
    await answer('a');
    expect(asked).toEqual(['a', 'b', 'c', 'd', 'g']);
    await answer('b');
    await answer('c');
    expect(asked).toEqual(['a', 'b', 'c', 'd', 'g', 'e']);
  });

  it('are given back when many others were looked at since, but not while they are seen', async () => {
    const { cache, answer } = world();
    cache.watch('seen', '1', () => undefined);
    await answer('seen');
    for (let index = 0; index < 401; index++) {
      const end = cache.watch(String(index), '1', () => undefined);
      await answer(String(index));
      end();
    }
    expect(live.size).toBe(401);
    expect(cache.address('seen', '1')).toBe('blob:1');
    expect(cache.address('0', '1')).toBeNull();
    expect(cache.address('1', '1')).not.toBeNull();
  });

  it('are gone when the vault is locked, those on their way too', async () => {
    const { cache, answer } = world();
    cache.watch('a', '1', () => undefined);
    cache.watch('b', '1', () => undefined);
    await answer('a');
    cache.clear();
    await answer('b');
    expect(live.size).toBe(0);
  });
});
