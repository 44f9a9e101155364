import { describe, expect, it } from 'vitest';

import { isTokenExpired, problemFromBody } from './envelope';

const none = { retryAfter: null, requestId: null };

describe('problemFromBody', () => {
  it("takes the server's own code, message and numbers", () => {
    const body = JSON.stringify({ success: false, error: { code: 'RATE_LIMITED', message: 'Slow down', details: { retry_after: 42 } } });
    expect(problemFromBody(429, body, { retryAfter: '7', requestId: 'abc' }).toJSON()).toEqual({ code: 'RATE_LIMITED', message: 'Slow down', retryAfter: 42, requestId: 'abc' });
  });

  it('says how much room is left', () => {
    const body = JSON.stringify({ success: false, error: { code: 'STORAGE_QUOTA_EXCEEDED', message: '', details: { available: 1024 } } });
    expect(problemFromBody(402, body, none).available).toBe(1024);
  });

  it.each([
    [429, '', 'RATE_LIMITED'],
    [413, '<html>', 'PAYLOAD_TOO_LARGE'],
    [507, 'null', 'STORAGE_FULL'],
    [502, '<html>Bad gateway</html>', 'UNAVAILABLE'],
    [418, '[]', 'bad-answer'],
    [400, '{"error":"text"}', 'bad-answer'],
  ])('makes something of status %i with the body %j', (status, body, code) => {
    expect(problemFromBody(status, body, none).code).toBe(code);
  });

  it('falls back on the header for the time to wait', () => {
    expect(problemFromBody(429, '', { retryAfter: '30', requestId: null }).retryAfter).toBe(30);
    expect(problemFromBody(429, '', { retryAfter: 'Fri, 31 Dec 1999 23:59:59 GMT', requestId: null }).retryAfter).toBeUndefined();
  });
});

describe('isTokenExpired', () => {
  it.each([
    ['{"error":{"details":{"reason":"token_expired"}}}', true],
    ['{"error":{"details":{}}}', false],
    ['', false],
  ])('%s: %s', (body, answer) => {
    expect(isTokenExpired(body)).toBe(answer);
  });
});
