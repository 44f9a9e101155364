import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { RangeReader } from './ranges';

const file = Uint8Array.from({ length: 1000 }, (_, index) => index % 251);
const network = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
const calm = new AbortController().signal;

/** What an honest server answers; `total` is what it announces. */
function partial(start: number, end: number, total: number): Response {
  const bytes = file.slice(start, end + 1);
  return new Response(bytes, { status: 206, headers: { 'Content-Range': `bytes ${start}-${end}/${total}` } });
}

function serve(_url: string, init: RequestInit): Promise<Response> {
  const [, start, end] = /bytes=(\d+)-(\d+)/.exec(new Headers(init.headers).get('Range') ?? '') ?? [];
  return Promise.resolve(partial(Number(start), Number(end), file.length));
}

beforeEach(() => {
  vi.useFakeTimers();
  network.mockReset().mockImplementation(serve);
  vi.stubGlobal('fetch', network);
  vi.stubGlobal('self', { location: { origin: 'http://lan:8000' } });
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('RangeReader', () => {
  it('stays on the origin that the page came from', async () => {
    const reader = new RangeReader(() => Promise.resolve('https://files.example/api/v1/blobs/x?sig=1'), file.length, calm);
    expect(await reader.read(10, 20)).toEqual(file.slice(10, 20));
    expect(network.mock.calls[0]?.[0]).toBe('http://lan:8000/api/v1/blobs/x?sig=1');
  });

  it('renews an address that has run out, once for all readers', async () => {
    let issued = 0;
    network.mockImplementation((url, init) => (url.endsWith('=1') ? Promise.resolve(new Response('', { status: 403 })) : serve(url, init)));
    const reader = new RangeReader(() => Promise.resolve(`/x?sig=${++issued}`), file.length, calm);
    await Promise.all([reader.read(0, 5), reader.read(5, 10), reader.read(10, 15)]);
    expect(issued).toBe(2);
  });

  it('gives up when a fresh address is refused too', async () => {
    network.mockImplementation(() => Promise.resolve(new Response('{"error":{"code":"GONE"}}', { status: 410 })));
    await expect(new RangeReader(() => Promise.resolve('/x'), file.length, calm).read(0, 5)).rejects.toMatchObject({ code: 'GONE' });
    expect(network).toHaveBeenCalledTimes(2);
  });

  it('tries again after a lost connection and after a server error', async () => {
    network.mockRejectedValueOnce(new TypeError('lost')).mockResolvedValueOnce(new Response('', { status: 503 }));
    const bytes = new RangeReader(() => Promise.resolve('/x'), file.length, calm).read(0, 5);
    await vi.runAllTimersAsync();
    expect(await bytes).toEqual(file.slice(0, 5));
    expect(network).toHaveBeenCalledTimes(3);
  });

  it('names what the server no longer has', async () => {
    network.mockResolvedValue(new Response('', { status: 416 }));
    await expect(new RangeReader(() => Promise.resolve('/x'), file.length, calm).read(0, 5)).rejects.toMatchObject({ code: 'truncated' });
  });

  it('names a length that was not sealed, before any byte is used', async () => {
    for (const [total, code] of [[999, 'truncated'], [1001, 'trailing-data']] as const) {
      network.mockImplementation(() => Promise.resolve(partial(0, 4, total)));
      await expect(new RangeReader(() => Promise.resolve('/x'), file.length, calm).read(0, 5)).rejects.toMatchObject({ code });
    }
  });

  it('takes neither more nor fewer bytes, and no other range', async () => {
    const headers = { 'Content-Range': 'bytes 0-4/1000' };
    for (const [length, code] of [[4, 'truncated'], [6, 'trailing-data']] as const) {
      network.mockImplementation(() => Promise.resolve(new Response(file.slice(0, length), { status: 206, headers })));
      await expect(new RangeReader(() => Promise.resolve('/x'), file.length, calm).read(0, 5)).rejects.toMatchObject({ code });
    }
    network.mockImplementation(() => Promise.resolve(partial(5, 9, 1000)));
    await expect(new RangeReader(() => Promise.resolve('/x'), file.length, calm).read(0, 5)).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('stops when cancelled', async () => {
    const controller = new AbortController();
    network.mockImplementation(() => {
      controller.abort();
      return Promise.reject(new DOMException('aborted', 'AbortError'));
    });
    await expect(new RangeReader(() => Promise.resolve('/x'), file.length, controller.signal).read(0, 5)).rejects.toMatchObject({ name: 'AbortError' });
    expect(network).toHaveBeenCalledTimes(1);
  });
});
