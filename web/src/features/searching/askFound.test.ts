import { expect, it, vi } from 'vitest';
import type { Matches } from '../../crypto/types';
import { entryOf } from '../../lib/entries.test-support';
import { askFound } from './askFound';

const NOTHING = { text: '', kind: null, tag: null, days: null, starred: false };

it('says of what was found in texts what stands there, as far as it is known', async () => {
  const [byName, byText, unknown] = [entryOf({ id: '1' }), entryOf({ id: '2' }), entryOf({ id: '3' })];
  const found: Matches = { matches: [{ entry: byName, place: 'name' }, { entry: byText, place: 'text' }, { entry: unknown, place: 'text' }], total: 3 };
  const app = {
    search: vi.fn(() => Promise.resolve(found)),
    excerpts: vi.fn<(nodes: readonly string[], words: string) => Promise<ReadonlyMap<string, readonly string[]>>>(() => Promise.resolve(new Map([['2', ['a ', 'word', '']]]))),
  };
  expect(await askFound(app, { ...NOTHING, text: 'word' }, 0)).toEqual({
    entries: [byName, byText, unknown],
    excerpts: new Map([
      ['2', ['a ', 'word', '']],
      ['3', []],
    ]),
  });
  expect(app.excerpts).toHaveBeenCalledExactlyOnceWith(['2', '3'], 'word');
  expect(await askFound(app, NOTHING, 0)).toEqual([]);
  expect(app.search).toHaveBeenCalledOnce();
});
