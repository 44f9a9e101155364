import { describe, expect, it } from 'vitest';
import { parsePreferences, retentionOf, versionRetentionOf } from './preferences';

describe('stored preferences', () => {
  it('are taken as far as they make sense', () => {
    const stored = JSON.stringify({ theme: 'dark', language: 'de', sort: { column: 'size', direction: 'up' }, autoLock: null, view: 'grid', details: 'yes', more: 1 });
    expect(parsePreferences(stored)).toEqual({
      theme: 'dark',
      language: 'de',
      sort: { column: 'size', direction: 'ascending' },
      autoLock: null,
      view: 'grid',
      details: false,
      offline: true,
      trashDays: {},
      versions: {},
      olderAccepted: {},
    });
  });

  it.each([null, '', '{', '[]', '3', '{"theme":7,"sort":null}', '{"autoLock":0}', '{"autoLock":1e9}', '{"autoLock":"1"}'])('%j falls back to the defaults', (stored) => {
    expect(parsePreferences(stored)).toEqual({
      theme: 'system',
      language: null,
      sort: { column: 'name', direction: 'ascending' },
      autoLock: 'default',
      view: 'list',
      details: false,
      offline: true,
      trashDays: {},
      versions: {},
      olderAccepted: {},
    });
  });

  it('never delete earlier than can be chosen', () => {
    const stored = JSON.stringify({ trashDays: { ada: 30, bob: 0, eve: '7', mal: 1e9 } });
    expect(parsePreferences(stored).trashDays).toEqual({ ada: 30 });
    expect(retentionOf(parsePreferences(stored), 'bob')).toBeNull();
    const versions = { ada: { kind: 'newest', count: 10 }, bob: { kind: 'newest', count: 0 }, eve: { kind: 'days', days: 1 }, mal: 'all', zoe: { kind: 'days', days: 30 } };
    const parsed = parsePreferences(JSON.stringify({ versions }));
    expect(parsed.versions).toEqual({ ada: versions.ada, zoe: versions.zoe });
    expect(versionRetentionOf(parsed, 'eve')).toBeNull();
  });
});
