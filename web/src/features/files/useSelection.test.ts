import { expect, it } from 'vitest';
import { without } from './useSelection';

it('keeps selected what an action was not about', () => {
  expect(without(new Set(['a', 'b', 'c']), ['a', 'b', 'z'])).toEqual(new Set(['c']));
});
