import { describe, expect, it } from 'vitest';
import { nameProblem, stemLength } from './fileNames';

describe('a new name', () => {
  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['..', 'reserved'],
    ['a/b', 'slash'],
    ['a\u0000b', 'control'],
    ['ä'.repeat(128), 'too-long'],
  ])('%j cannot be: %s', (name, problem) => {
    expect(nameProblem(name)).toBe(problem);
  });

  it.each(['...', '报告 📈.pdf', 'x'.repeat(255), 'a\\b'])('%j can be', (name) => {
    expect(nameProblem(name)).toBeNull();
  });
});

describe('what renaming selects', () => {
  it.each([
    ['report.final.pdf', 12],
    ['.env', 4],
    ['README', 6],
  ])('leaves the extension of %s alone', (name, length) => {
    expect(stemLength(name)).toBe(length);
  });
});
