import { defineConfig } from '@lingui/cli';
import { formatter } from '@lingui/format-json';

/** The first is the source language and the fallback. */
export const locales = ['en', 'de', 'fr'] as const;

export default defineConfig({
  locales: [...locales],
  sourceLocale: 'en',
  fallbackLocales: { default: 'en' },
  catalogs: [{ path: '<rootDir>/src/locales/{locale}', include: ['src'] }],
  // Ids are written by hand in the sources; a catalogue is nothing but id and words.
  format: formatter({ style: 'minimal' }),
});
