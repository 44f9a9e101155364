import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { connectApi } from './connect';

const network = vi.fn<(request: Request) => Promise<Response>>();
const ok = (data: unknown): Response => new Response(JSON.stringify({ success: true, data }), { headers: { 'Content-Type': 'application/json' } });

beforeEach(() => {
  network.mockReset();
  vi.stubGlobal('fetch', network);
  vi.stubGlobal('location', { origin: 'http://localhost' });
  vi.stubGlobal('navigator', { onLine: true, locks: {} });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const api = () => connectApi({ onEnded: () => undefined, onReplaced: () => undefined });
const page = (ids: readonly string[], more: boolean): Response => ok({ versions: ids.map((id) => ({ id })), more_versions: more });

describe('the versions of a file', () => {
  it('are all fetched', async () => {
    network.mockResolvedValueOnce(page(['a', 'b'], true)).mockResolvedValueOnce(page(['c'], false));
    const { versions } = JSON.parse(await api().fileDetails('f')) as { versions: { id: string }[] };
    expect(versions.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(new URL(network.mock.calls[1]?.[0].url ?? '').searchParams.get('versions_before')).toBe('b');
  });

  it('are not fetched for ever from a server that goes round in circles', async () => {
    network.mockImplementation(() => Promise.resolve(page(['a'], true)));
    await expect(api().fileDetails('f')).rejects.toMatchObject({ code: 'bad-answer' });
    expect(network).toHaveBeenCalledTimes(2);
  });

  it('are not fetched without end from one that makes up more and more', async () => {
    let next = 0;
    network.mockImplementation(() => Promise.resolve(page(Array.from({ length: 10_000 }, () => `v${next++}`), true)));
    await expect(api().fileDetails('f')).rejects.toMatchObject({ code: 'bad-answer' });
    expect(network.mock.calls.length).toBeLessThan(20);
  });
});

describe('times', () => {
  it('that are none are no answer: the page that shows them would break', async () => {
    network.mockResolvedValue(ok({ sessions: [{ id: 's', current: true, created_at: 'yesterday', last_used_at: '2026-01-01T00:00:00Z', expires_at: '2026-01-01T00:00:00Z' }] }));
    await expect(api().sessions()).rejects.toMatchObject({ code: 'bad-answer' });
  });
});
