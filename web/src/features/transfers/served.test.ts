import { describe, expect, it } from 'vitest';
import { parseRange } from './served';

describe('parseRange', () => {
  it.each([
    [null, null],
    ['', null],
    ['bytes=-', null],
    ['lines=0-1', null],
    ['bytes=5-2', null],
    ['bytes=0-1,5-6', null],
    ['bytes=0-', { start: 0, end: 100 }],
    ['bytes=10-19', { start: 10, end: 20 }],
    ['bytes=90-1000', { start: 90, end: 100 }],
    ['bytes=-10', { start: 90, end: 100 }],
    ['bytes=-1000', { start: 0, end: 100 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
  ])('%s of 100 bytes', (header, expected) => {
    expect(parseRange(header, 100)).toEqual(expected);
  });

  it('finds nothing in a file without bytes', () => {
    expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
    expect(parseRange(null, 0)).toBe(null);
  });
});
