import { expect, it } from 'vitest';
import { tagProblem, tooLong } from './limits';

it('counts bytes, not letters', () => {
  expect(tooLong('é'.repeat(64), 128)).toBe(false);
  expect(tooLong('é'.repeat(64) + 'e', 128)).toBe(true);
});

it('takes a tag once, and an empty one for nothing yet', () => {
  expect(tagProblem('', ['a'])).toBeNull();
  expect(tagProblem(' a ', ['a'])).toBe('twice');
  expect(tagProblem('b', ['a'])).toBeNull();
  expect(tagProblem('x'.repeat(129), [])).toBe('tooLong');
});
