import { describe, expect, it } from 'vitest';
import { parsePreferences, retentionOf } from './preferences';

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
    });
  });

  it('never delete earlier than can be chosen', () => {
    const stored = JSON.stringify({ trashDays: { ada: 30, bob: 0, eve: '7', mal: 1e9 } });
    expect(parsePreferences(stored).trashDays).toEqual({ ada: 30 });
    expect(retentionOf(parsePreferences(stored), 'bob')).toBeNull();
  });
});
