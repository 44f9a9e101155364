import { describe, expect, it, vi } from 'vitest';
import type { Entry, EntryEdit } from '../../crypto/types';
import { entryOf } from '../../lib/entries.test-support';
import { Problem } from '../../lib/problem';
import { Wishes, withWish } from './wishes';

/** A vault with one entry that answers when it is told to. */
function world() {
  let stored: Entry = entryOf({ id: 'a', tags: ['old'] });
  const waiting: { give: () => void; refuse: (code: string) => void }[] = [];
  const edit = vi.fn(
    (_ids: readonly string[], change: EntryEdit) =>
      new Promise<void>((resolve, reject) => {
        const give = () => {
          stored = { ...stored, ...change, tags: [...(change.tags ?? stored.tags)] };
          resolve();
        };
        waiting.push({ give, refuse: (code) => reject(new Problem({ code, message: '' })) });
      }),
  );
  const wishes = new Wishes({ entry: () => Promise.resolve(stored), edit });
  const next = () => vi.waitUntil(() => waiting.shift());
  return { wishes, edit, next, stored: () => stored, shown: (seen = stored) => withWish(seen, wishes.of('a')) };
}

describe('what is wished', () => {
  it('is shown at once, and tags that are typed quickly are all kept', async () => {
    const { wishes, next, shown, stored } = world();
    const before = stored();
    const noted = [wishes.note('a', { tags: { one: true } })];
    const first = await next();
    noted.push(wishes.note('a', { tags: { two: true } }), wishes.note('a', { tags: { old: false } }));
    expect(shown().tags).toEqual(['one', 'two']);
    first.give();
    await noted[0];
    // The list may not know yet what was stored: that is not what is sent next.
    expect(shown(before).tags).toEqual(['two']);
    (await next()).give();
    await Promise.all(noted);
    expect(stored().tags).toEqual(['one', 'two']);
    expect(wishes.of('a')).toBeUndefined();
  });

  it('makes the next press of a star the opposite', async () => {
    const { wishes, edit, next, stored } = world();
    const first = wishes.star(['a'], !wishes.isStarred(stored()));
    const sent = await next();
    const second = wishes.star(['a'], !wishes.isStarred(stored()));
    sent.give();
    (await next()).give();
    await Promise.all([first, second]);
    expect(edit.mock.calls.map(([, { starred }]) => starred)).toEqual([true, false]);
    expect(wishes.isStarred(stored())).toBe(false);
  });

  it('stays when it could not be stored, and goes with the next', async () => {
    const { wishes, next, shown, stored } = world();
    const lost = wishes.note('a', { description: 'a long text' });
    (await next()).refuse('offline');
    await expect(lost).rejects.toMatchObject({ code: 'offline' });
    expect(shown().description).toBe('a long text');
    expect(wishes.of('a')?.error?.code).toBe('offline');
    expect(wishes.hasUnsaved).toBe(true);
    const noted = wishes.note('a', { category: 'letters' });
    (await next()).give();
    await noted;
    expect(stored()).toMatchObject({ description: 'a long text', category: 'letters' });
    expect(wishes.of('a')).toBeUndefined();
  });

  it('is sent again by leaving, which hears whether it was stored', async () => {
    const { wishes, next, stored } = world();
    const lost = wishes.note('a', { tags: { one: true } });
    (await next()).refuse('server-unreachable');
    await expect(lost).rejects.toThrow();
    const again = wishes.flush();
    (await next()).refuse('server-unreachable');
    expect(await again).toBe(false);
    const last = wishes.flush();
    (await next()).give();
    expect(await last).toBe(true);
    expect(stored().tags).toEqual(['old', 'one']);
  });

  it('does not hold up leaving when it can never be stored', async () => {
    const { wishes, next } = world();
    const refused = wishes.note('a', { description: 'x' });
    (await next()).refuse('STORAGE_QUOTA_EXCEEDED');
    await expect(refused).rejects.toThrow();
    expect(wishes.of('a')?.description).toBe('x');
    expect(wishes.hasUnsaved).toBe(false);
    const gone = wishes.note('a', { description: 'y' });
    (await next()).refuse('no-such-entry');
    await expect(gone).rejects.toThrow();
    expect(wishes.of('a')).toBeUndefined();
  });

  it('takes a star back that was refused', async () => {
    const { wishes, next, shown } = world();
    const refused = wishes.star(['a', 'b'], true);
    expect(shown().starred).toBe(true);
    (await next()).refuse('offline');
    await expect(refused).rejects.toThrow();
    expect(shown().starred).toBe(false);
    expect(wishes.of('b')).toBeUndefined();
  });
});
