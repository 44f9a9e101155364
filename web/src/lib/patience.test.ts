import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { patiently } from './patience';
import { Problem } from './problem';

const problem = (code: string, retryAfter?: number): Problem => new Problem({ code, message: code, ...(retryAfter === undefined ? {} : { retryAfter }) });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('patiently', () => {
  beforeEach(() => {
    vi.stubGlobal('addEventListener', () => undefined);
    vi.stubGlobal('removeEventListener', () => undefined);
  });

  it('tries again until it works', async () => {
    const work = vi.fn(() => Promise.resolve('done')).mockRejectedValueOnce(problem('offline')).mockRejectedValueOnce(problem('UNAVAILABLE'));
    const result = patiently(work);
    await vi.runAllTimersAsync();
    expect(await result).toBe('done');
  });

  it('gives the server the time that it asks for', async () => {
    const work = vi.fn(() => Promise.resolve('done')).mockRejectedValueOnce(problem('RATE_LIMITED', 30));
    const result = patiently(work);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(work).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await result).toBe('done');
  });

  it('gives up at once on a refusal, and in the end on everything', async () => {
    await expect(patiently(() => Promise.reject(problem('NOT_FOUND')))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const work = vi.fn(() => Promise.reject(problem('offline')));
    const result = patiently(work).catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    expect(await result).toMatchObject({ code: 'offline' });
    expect(work.mock.calls.length).toBeLessThan(15);
  });

  it('stops when cancelled', async () => {
    const controller = new AbortController();
    const work = vi.fn(() => Promise.reject(problem('offline')));
    const result = patiently(work, controller.signal).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10);
    controller.abort();
    expect(await result).toMatchObject({ code: 'cancelled' });
    expect(work).toHaveBeenCalledOnce();
  });
});

it('goes on as soon as the browser is online again', async () => {
  const target = new EventTarget();
  vi.stubGlobal('addEventListener', target.addEventListener.bind(target));
  vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target));
  const work = vi.fn(() => Promise.resolve('done')).mockRejectedValueOnce(problem('offline', 50));
  const result = patiently(work);
  await vi.advanceTimersByTimeAsync(10);
  target.dispatchEvent(new Event('online'));
  expect(await result).toBe('done');
});
