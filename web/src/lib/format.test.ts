import { describe, expect, it } from 'vitest';
import { formatBytes, formatModified, formatSpeed, roundDuration } from './format';

describe('sizes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1023, '1,023 bytes'],
    [1024, '1 kB'],
    [1536, '1.5 kB'],
    [1024 ** 2 - 1, '1 MB'],
    [123_456_789, '118 MB'],
    [5 * 1024 ** 3, '5 GB'],
    [3 * 1024 ** 5, '3,072 TB'],
  ])('%d bytes are %s', (bytes, words) => {
    expect(formatBytes(bytes, 'en')).toBe(words);
  });

  it('follow the locale', () => {
    expect(formatBytes(1.5 * 1024 ** 2, 'de')).toBe('1,5 MB');
    expect(formatSpeed(1.5 * 1024 ** 2, 'en')).toBe('1.5 MB/s');
  });
});

describe('dates', () => {
  const now = new Date(2026, 10, 21, 12).getTime();
  it('are as short as they can be', () => {
    expect(formatModified(new Date(2026, 10, 21, 9, 5).getTime(), now, 'en-GB')).toBe('9:05');
    expect(formatModified(new Date(2026, 2, 3).getTime(), now, 'en-GB')).toBe('3 Mar');
    expect(formatModified(new Date(2024, 2, 3).getTime(), now, 'en-GB')).toBe('3 Mar 2024');
  });
});

describe('the time left', () => {
  it.each([
    [0, 'seconds', 1],
    [7.4, 'seconds', 7],
    [33, 'seconds', 35],
    [56, 'minutes', 1],
    [3600, 'minutes', 60],
    [7300, 'hours', 2],
  ] as const)('%d s is rounded', (seconds, unit, count) => {
    expect(roundDuration(seconds)).toEqual({ unit, count });
  });
});
