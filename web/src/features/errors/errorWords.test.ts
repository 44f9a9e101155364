import { describe, expect, it } from 'vitest';
import english from '../../locales/en.json';
import type { Translate } from '../../lib/i18n';
import { errorWords, knownCodes, operatorHint } from './errorWords';

/** Every code that the server may answer with; the same list as in the wire contract. */
const SERVER_CODES = [
  'UNAUTHORIZED',
  'INVALID_CREDENTIALS',
  'ACCOUNT_INACTIVE',
  'FORBIDDEN',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'GONE',
  'CONFLICT',
  'EMAIL_TAKEN',
  'VALIDATION_ERROR',
  'BAD_REQUEST',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RANGE_NOT_SATISFIABLE',
  'STORAGE_QUOTA_EXCEEDED',
  'RATE_LIMITED',
  'HEAD_REQUIRED',
  'HEAD_CONFLICT',
  'KEYS_REQUIRED',
  'STORAGE_FULL',
  'UNAVAILABLE',
  'INTERNAL',
];
const APP_CODES = [
  'offline',
  'server-unreachable',
  'session-ended',
  'weak-password',
  'passwords-differ',
  'phrase-mismatch',
  'bare-account',
  'invalid-phrase',
  'recovery-expired',
  'not-an-image',
  'cancelled',
  'locked',
];

const ids: Translate = (id, values) => (values === undefined ? id : `${id} ${JSON.stringify(values)}`);
const catalogue: Record<string, string> = english;

describe('the words for errors', () => {
  it('are there for every code of the server and the app', () => {
    expect(knownCodes()).toEqual(expect.arrayContaining([...SERVER_CODES, ...APP_CODES]));
  });

  it('stand in the catalogue, and differ from the words for the unknown', () => {
    for (const code of knownCodes()) {
      const id = errorWords({ code, message: 'raw' }, ids, 'en');
      expect(catalogue[id], code).toBeTruthy();
      expect(id).not.toBe('error.unknown');
    }
  });

  it('never repeat the raw message, and give the request id where it helps', () => {
    const unknown = { code: 'SOMETHING_NEW', message: 'raw', requestId: 'r-1' };
    expect(errorWords(unknown, ids, 'en')).toBe('error.unknown');
    expect(operatorHint(unknown, ids)).toBe('error.requestId {"id":"r-1"}');
    expect(operatorHint({ code: 'INTERNAL', message: 'raw', requestId: 'r-1' }, ids)).not.toBeNull();
    expect(operatorHint({ code: 'EMAIL_TAKEN', message: 'raw', requestId: 'r-1' }, ids)).toBeNull();
    expect(errorWords({ code: 'toString', message: 'raw' }, ids, 'en')).toBe('error.unknown');
  });

  it('say how long to wait and how much room is left', () => {
    expect(errorWords({ code: 'RATE_LIMITED', message: '', retryAfter: 840 }, ids, 'en')).toBe(
      'error.rateLimited.minutes {"count":14}',
    );
    expect(errorWords({ code: 'STORAGE_QUOTA_EXCEEDED', message: '', available: 2048 }, ids, 'en')).toBe(
      'error.quota.available {"available":"2 kB"}',
    );
  });
});
