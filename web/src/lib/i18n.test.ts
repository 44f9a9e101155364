import { describe, expect, it } from 'vitest';
import { chooseLanguage } from './i18n';

describe('the language', () => {
  it('is the first wanted one that is there', () => {
    expect(chooseLanguage(['en-GB', 'fr'])).toBe('en');
    expect(chooseLanguage(['de-AT', 'en'])).toBe('de');
    expect(chooseLanguage(['xx', 'en-US'])).toBe('en');
  });

  it('is English when none is there', () => {
    expect(chooseLanguage(['xx'])).toBe('en');
    expect(chooseLanguage([])).toBe('en');
  });
});
