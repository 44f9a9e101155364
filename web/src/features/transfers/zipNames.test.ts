import { describe, expect, it } from 'vitest';

import { cleanName, zipNames } from './zipNames';

describe('cleanName', () => {
  it.each([
    ['photo.jpg', 'photo.jpg'],
    ['.hidden', '.hidden'],
    ['写真 – été.txt', '写真 – été.txt'],
    ['..', '_'],
    ['.', '_'],
    ['', '_'],
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['/etc/passwd', '_etc_passwd'],
    ['C:\\Windows', 'C__Windows'],
    ['a\u0000b\u001bc\u0085', 'a_b_c_'],
    ['what?*.txt', 'what__.txt'],
    ['ends with dots.. . ', 'ends with dots'],
    ['CON', '_CON'],
    ['nul.tar.gz', '_nul.tar.gz'],
    ['com1 .txt', '_com1 .txt'],
    ['console', 'console'],
    ['half \ud800 character', 'half _ character'],
    // Composed, as it is typed almost everywhere.
    ['e\u0301', '\u00e9'],
  ])('makes %j into %j', (name, cleaned) => {
    expect(cleanName(name)).toBe(cleaned);
  });

  it('keeps whole characters of what is too long', () => {
    const cleaned = cleanName('ü'.repeat(200));
    expect(cleaned).toBe('ü'.repeat(127));
  });
});

describe('zipNames', () => {
  it('numbers what a system could take for the same', () => {
    expect(zipNames(['a.txt', 'A.TXT', 'b', 'a.txt', 'a (2).txt'])).toEqual(['a.txt', 'A (2).TXT', 'b', 'a (3).txt', 'a (2) (2).txt']);
    expect(zipNames(['\u00e9', 'e\u0301'])).toEqual(['\u00e9', '\u00e9 (2)']);
    expect(zipNames(['a:b', 'a?b'])).toEqual(['a_b', 'a_b (2)']);
  });

  it('keeps the ending of a long name that gets a number', () => {
    const [, second = ''] = zipNames([`${'x'.repeat(251)}.txt`, `${'x'.repeat(251)}.txt`]);
    expect(second).toHaveLength(255);
    expect(second).toMatch(/x \(2\)\.txt$/);
  });
});
