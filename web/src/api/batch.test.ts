import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { fetchContents, parseContents } from './contents';
import { Problem } from '../lib/problem';
import { UploadBatches, type Send } from './uploadBatches';

const never = new AbortController().signal;
const token = (): Promise<string> => Promise.resolve('t1');

const reply = (status: number, body: unknown = '', headers = '') => Promise.resolve({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

/** A server that keeps what comes in batches, if there is room for it. */
function server(room = Number.MAX_SAFE_INTEGER) {
  const batches: number[][] = [];
  let made = 0;
  const answer = vi.fn<Send>(({ body }) => {
    const view = new DataView(body.buffer);
    const lengths: number[] = [];
    for (let at = 0; at < body.length; at += 4 + (lengths.at(-1) ?? 0)) lengths.push(view.getUint32(at));
    const total = lengths.reduce((sum, length) => sum + length, 0);
    if (total > room) return reply(402, { error: { code: 'STORAGE_QUOTA_EXCEEDED', message: 'full', details: { available: room } } });
    room -= total;
    batches.push(lengths);
    return reply(201, { data: { uploads: lengths.map(() => `u${++made}`) } });
  });
  return { batches, answer, uploads: new UploadBatches(token, answer) };
}

beforeEach(() => {
  vi.stubGlobal('self', { location: { origin: 'http://localhost' } });
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('UploadBatches', () => {
  it('sends together what comes together, and gives each its id', async () => {
    const { batches, uploads } = server();
    const sent = [3, 5, 7].map((size) => uploads.send(new Uint8Array(size), never));
    expect(await Promise.all(sent)).toEqual(['u1', 'u2', 'u3']);
    expect(batches).toEqual([[3, 5, 7]]);
  });

  it('stays below what the server takes', async () => {
    const { batches, uploads } = server();
    await Promise.all(Array.from({ length: 300 }, () => uploads.send(new Uint8Array(1), never)));
    await Promise.all(Array.from({ length: 5 }, () => uploads.send(new Uint8Array(3 * 1024 * 1024), never)));
    expect(batches.map((batch) => batch.length)).toEqual([128, 128, 44, 2, 2, 1]);
  });

  it('finds out by halving what there is room for', async () => {
    const { uploads } = server(10);
    const ended = await Promise.allSettled([4, 4, 4, 4].map((size) => uploads.send(new Uint8Array(size), never)));
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
    expect(ended[3]).toMatchObject({ reason: { code: 'STORAGE_QUOTA_EXCEEDED', available: 2 } });
  });

  it('sends again what a lost connection took', async () => {
    const { answer, batches, uploads } = server();
    answer.mockRejectedValueOnce(new Problem({ code: 'server-unreachable', message: 'lost' })).mockReturnValueOnce(reply(503));
    expect(await uploads.send(new Uint8Array(2), never)).toBe('u1');
    expect(batches).toEqual([[2]]);
  });

  it('waits while too many uploads are open', async () => {
    const { answer, uploads } = server();
    answer.mockReturnValueOnce(reply(409, { error: { code: 'CONFLICT', message: 'too many', details: { reason: 'open_uploads' } } }));
    expect(await uploads.send(new Uint8Array(2), never)).toBe('u1');
  });

  it('waits as long as the server asks', async () => {
    vi.useFakeTimers();
    const { answer, uploads } = server();
    answer.mockReturnValueOnce(reply(429, '', 'content-type: text/plain\r\nretry-after: 30\r\n'));
    const sent = uploads.send(new Uint8Array(2), never);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(answer).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(2000);
    expect(await sent).toBe('u1');
  });

  it('does not send what was cancelled, and removes what was sent before', async () => {
    const { batches, answer, uploads } = server();
    const [early, late] = [new AbortController(), new AbortController()];
    const sent = [uploads.send(new Uint8Array(1), early.signal), uploads.send(new Uint8Array(2), late.signal), uploads.send(new Uint8Array(3), never)];
    early.abort();
    const real = answer.getMockImplementation()!;
    answer.mockImplementationOnce((request) => {
      late.abort();
      return real(request);
    });
    const ended = await Promise.allSettled(sent);
    expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(batches).toEqual([[2, 3]]);
  });

  it('does not believe an answer of another form', async () => {
    const { answer, uploads } = server();
    for (const data of ['<html>', {}, { data: { uploads: [1] } }, { data: { uploads: [] } }]) {
      answer.mockReturnValueOnce(reply(201, data));
      await expect(uploads.send(new Uint8Array(1), never)).rejects.toMatchObject({ code: 'bad-answer' });
    }
  });
});

describe('contents', () => {
  const body = (...pieces: (string | null)[]): Uint8Array<ArrayBuffer> => {
    const parts = pieces.flatMap((piece) => {
      const length = new Uint8Array(8);
      new DataView(length.buffer).setBigUint64(0, piece === null ? 2n ** 64n - 1n : BigInt(piece.length));
      return [...length, ...new TextEncoder().encode(piece ?? '')];
    });
    return Uint8Array.from(parts);
  };
  const texts = (found: (Uint8Array | null)[]): (string | null)[] => found.map((bytes) => (bytes === null ? null : new TextDecoder().decode(bytes)));

  it('come in their order, and one that is not there leaves a gap', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(body('one', null, '', 'three'))));
    expect(texts(await fetchContents(['a', 'b', 'c', 'd'], token, never))).toEqual(['one', null, '', 'three']);
  });

  it('must be as many and as long as they say', () => {
    expect(() => parseContents(body('one'), 2)).toThrow(/fewer contents/);
    expect(() => parseContents(body('one').slice(0, -1), 1)).toThrow(/fewer bytes/);
    expect(() => parseContents(body('one', 'two'), 1)).toThrow(/more/);
  });
});
