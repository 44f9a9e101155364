import { expect, it } from 'vitest';

import { anyUnsaved, saveUnsaved, watchUnsaved } from '../../lib/unsaved';
import { freeName } from './freeName';

it('gives a name that nothing else has', () => {
  expect(freeName('Untitled.md', new Set())).toBe('Untitled.md');
  expect(freeName('Untitled.md', new Set(['untitled.MD', 'Untitled 2.md']))).toBe('Untitled 3.md');
  expect(freeName('README', new Set(['README']))).toBe('README 2');
});

it('knows whether anything typed is not stored yet', async () => {
  let [isDirty, works] = [true, false];
  const unwatch = watchUnsaved({
    isDirty: () => isDirty,
    save: () => {
      isDirty = !works;
      return Promise.resolve(works);
    },
  });
  expect(anyUnsaved()).toBe(true);
  expect(await saveUnsaved()).toBe(false);
  expect(anyUnsaved()).toBe(true);
  works = true;
  expect(await saveUnsaved()).toBe(true);
  expect(anyUnsaved()).toBe(false);
  isDirty = true;
  unwatch();
  expect(anyUnsaved()).toBe(false);
  expect(await saveUnsaved()).toBe(true);
});
