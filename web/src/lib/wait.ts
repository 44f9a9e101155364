import { Problem } from './problem';

/** Resolves after a while; rejects with `cancelled` as soon as the signal aborts. */
export function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new Problem({ code: 'cancelled', message: 'The wait was cancelled.' }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Like `wait`, but ends at once when the browser says that it is online again. */
export async function waitForNetwork(milliseconds: number, signal?: AbortSignal): Promise<void> {
  const back = new AbortController();
  const online = (): void => back.abort();
  globalThis.addEventListener('online', online, { once: true });
  try {
    await wait(milliseconds, signal === undefined ? back.signal : AbortSignal.any([signal, back.signal]));
  } catch (error) {
    if (signal?.aborted === true) throw error;
  } finally {
    globalThis.removeEventListener('online', online);
  }
}
