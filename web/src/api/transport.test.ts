import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Tokens } from './tokens';
import { authorised, send } from './transport';

const expired = { success: false, error: { code: 'UNAUTHORIZED', message: 'expired', details: { reason: 'token_expired' } } };
const gone = { success: false, error: { code: 'UNAUTHORIZED', message: 'no session', details: {} } };
const wrong = { success: false, error: { code: 'INVALID_CREDENTIALS', message: 'wrong password', details: {} } };

const network = vi.fn<(request: Request) => Promise<Response>>();
const post = (): Request => new Request('http://localhost/api/v1/commits', { method: 'POST', body: '{"id":1}' });
const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });

function signedIn() {
  const onEnded = vi.fn();
  const refresh = vi.fn(() => Promise.resolve({ accessToken: 'second', expiresIn: 3600 }));
  const locks = { request: (_name: string, work: () => unknown) => Promise.resolve(work()) } as Pick<LockManager, 'request'>;
  const tokens = new Tokens({ refresh, onEnded, onReplaced: vi.fn(), locks, now: Date.now });
  tokens.set({ accessToken: 'first', expiresIn: 3600 });
  return { request: authorised(tokens, onEnded), onEnded, refresh, tokens };
}

beforeEach(() => {
  network.mockReset();
  vi.stubGlobal('fetch', network);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('send', () => {
  it('takes no answer from the browser’s store, unless a request says so', async () => {
    const modes: (RequestCache | undefined)[] = [];
    vi.stubGlobal('fetch', (_request: Request, init: RequestInit) => {
      modes.push(init.cache);
      return Promise.resolve(json(200, {}));
    });
    await send(new Request('http://localhost/api/v1/changes'));
    await send(new Request('http://localhost/api/v1/files/1/thumbnail', { cache: 'reload' }));
    expect(modes).toEqual(['no-store', 'reload']);
  });
});

describe('authorised', () => {
  it('refreshes once and repeats the request, body included', async () => {
    const { request, refresh } = signedIn();
    const bodies: string[] = [];
    network.mockImplementation(async (sent) => {
      bodies.push(await sent.text());
      return sent.headers.get('Authorization') === 'Bearer second' ? json(200, {}) : json(401, expired);
    });
    expect((await request(post())).status).toBe(200);
    expect(bodies).toEqual(['{"id":1}', '{"id":1}']);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('does not repeat for ever', async () => {
    const { request } = signedIn();
    network.mockImplementation(() => Promise.resolve(json(401, expired)));
    expect((await request(post())).status).toBe(401);
    expect(network).toHaveBeenCalledTimes(2);
  });

  it('goes on with the session that another tab has begun for the same account', async () => {
    const { request, onEnded } = signedIn();
    network.mockImplementation((sent) => Promise.resolve(sent.headers.get('Authorization') === 'Bearer second' ? json(200, {}) : json(401, gone)));
    expect((await request(post())).status).toBe(200);
    expect(onEnded).not.toHaveBeenCalled();
  });

  it('ends the session when the server does not know it', async () => {
    const { request, onEnded, tokens } = signedIn();
    network.mockResolvedValue(json(401, gone));
    await expect(request(post())).rejects.toMatchObject({ code: 'session-ended' });
    expect(onEnded).toHaveBeenCalledTimes(1);
    expect(await tokens.current()).toBeNull();
  });

  it('leaves a wrong password to its caller', async () => {
    const { request, onEnded } = signedIn();
    network.mockResolvedValue(json(401, wrong));
    expect((await request(post())).status).toBe(401);
    expect(onEnded).not.toHaveBeenCalled();
  });
});

describe('send', () => {
  it('gives every request an id of its own', async () => {
    network.mockImplementation(() => Promise.resolve(json(200, {})));
    await send(post());
    await send(post());
    const ids = network.mock.calls.map(([sent]) => sent.headers.get('X-Request-Id'));
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    [true, 'server-unreachable'],
    [false, 'offline'],
  ])('names a lost connection (online: %s)', async (onLine, code) => {
    vi.stubGlobal('navigator', { onLine });
    network.mockRejectedValue(new TypeError('Failed to fetch'));
    await expect(send(post())).rejects.toMatchObject({ code });
  });
});
