import { expect, it } from 'vitest';
import { isSought, wantedOf } from './wanted';

const NOTHING = { text: '', kind: null, tag: null, days: null, starred: false };

it('asks for what is wanted and for nothing else', () => {
  expect(wantedOf({ ...NOTHING, text: ' lease ' }, 0)).toEqual({ limit: 500, text: 'lease' });
  expect(wantedOf({ ...NOTHING, tag: 'home', days: 7, starred: true }, 10 * 86_400_000)).toEqual({ limit: 500, tags: ['home'], from: 3 * 86_400_000, starred: true });
});

it('looks for nothing while nothing is chosen', () => {
  expect(isSought({ ...NOTHING, text: '  ' })).toBe(false);
  expect(isSought({ ...NOTHING, starred: true })).toBe(true);
});
