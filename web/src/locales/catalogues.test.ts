import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../lib/i18n';
import english from './en.json';

const catalogues = import.meta.glob<Record<string, string>>('./*.json', { eager: true, import: 'default' });
const source: Record<string, string> = english;

/** What a message takes, e.g. `count` and `name`; the words in plural branches are not among it. */
function placeholders(message: string): string[] {
  return [...new Set([...message.matchAll(/\{(\w+)(?=[,}])/g)].map(([, name]) => name ?? ''))].sort();
}

describe('every language', () => {
  it('has a catalogue', () => {
    expect(Object.keys(catalogues).sort()).toEqual(Object.keys(LANGUAGES).map((tag) => `./${tag}.json`).sort());
  });

  it.each(Object.entries(catalogues))('%s is complete and takes the same values', (_file, messages) => {
    expect(Object.keys(messages).sort()).toEqual(Object.keys(source).sort());
    for (const [id, message] of Object.entries(messages)) {
      expect(message.trim(), id).not.toBe('');
      expect(placeholders(message), id).toEqual(placeholders(source[id] ?? ''));
    }
  });

  it('breaks no French line before a colon or a quotation mark', () => {
    const broken = Object.entries(catalogues['./fr.json'] ?? {}).filter(([, message]) => / [!?:;»]|« /.test(message));
    expect(broken).toEqual([]);
  });
});
