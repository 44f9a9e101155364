import { expect, it, vi } from 'vitest';
import { entryOf } from '../../lib/entries.test-support';
import { noteMaker } from './makeNote';

it('makes one note of a double click, called as it was really given', async () => {
  let made = 0;
  const app = {
    createText: vi.fn(() => Promise.resolve(`n${++made}`)),
    entry: (id: string) => Promise.resolve(entryOf({ id, name: 'Untitled 2.md' })),
  };
  const make = noteMaker(app);
  const [first, second] = await Promise.all([make('f', 'Untitled.md'), make('f', 'Untitled.md')]);
  expect([first, second]).toEqual([{ id: 'n1', name: 'Untitled 2.md' }, null]);
  app.createText.mockRejectedValueOnce(new Error('offline'));
  await expect(make('f', 'Untitled.md')).rejects.toThrow();
  expect(await make('f', 'Untitled.md')).toMatchObject({ id: 'n2' });
});
