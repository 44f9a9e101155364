import { describe, expect, it } from 'vitest';
import { phraseWords } from './phraseText';

describe('a recovery phrase as people enter it', () => {
  it.each([
    ['one line', 'abandon ability able'],
    ['lines with numbers', ' 1  abandon\n 2  ability\r\n 3  able\n'],
    ['a numbered list', '1. Abandon\n2) ABILITY\n(3) able.'],
    ['numbers that stick to the words', '1abandon 2ability 3able'],
    ['commas and odd spaces', 'abandon,\u00a0ability;\table'],
    ['full-width letters', '１ ａｂａｎｄｏｎ ability able'],
  ])('%s', (_form, text) => {
    expect(phraseWords(text)).toEqual(['abandon', 'ability', 'able']);
  });

  it('keeps a word that is none, so that it can be named', () => {
    expect(phraseWords('abandon abillity able')).toEqual(['abandon', 'abillity', 'able']);
  });
});
