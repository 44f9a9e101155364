import { expect, it } from 'vitest';
import { stillTyped } from './stillTyped';

it('keeps what was typed while what was typed before was being stored', () => {
  expect(stillTyped({ first: 'Ada', last: 'L' }, { first: 'Ad', last: 'L' })).toEqual({ first: 'Ada' });
  expect(stillTyped({ first: 'Ada', last: 'Lovelace' }, { first: 'Ada' })).toEqual({ last: 'Lovelace' });
  expect(stillTyped({ first: '' }, { first: 'Ada' })).toEqual({ first: '' });
});
