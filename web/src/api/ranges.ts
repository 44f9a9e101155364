import { atLeast, RETRY_DELAYS } from '../lib/patience';
import { isPassing, Problem } from '../lib/problem';
import { waitForNetwork } from '../lib/wait';
import { problemFromBody } from './envelope';

/** One stored file, read by ranges through a signed address that has to be renewed now and then. */
export class RangeReader {
  readonly #renew: () => Promise<string>;
  readonly #total: number;
  readonly #signal: AbortSignal;
  #address: Promise<string> | null = null;

  /** `total`: the length that was sealed; the server has to announce the same. */
  constructor(renew: () => Promise<string>, total: number, signal: AbortSignal) {
    this.#renew = renew;
    this.#total = total;
    this.#signal = signal;
  }

  /** Bytes [start, end), and neither fewer nor more. */
  async read(start: number, end: number, until?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const signal = until === undefined ? this.#signal : AbortSignal.any([this.#signal, until]);
    let renewed = false;
    for (let attempt = 0; ; ) {
      const address = this.#currentAddress();
      let response: Response;
      try {
        response = await fetch(await address, { headers: { Range: `bytes=${start}-${end - 1}` }, signal, cache: 'no-store' });
        if (response.status === 206) {
          checkAnnounced(response, start, this.#total);
          return await readExactly(response, end - start);
        }
      } catch (error) {
        if (signal.aborted || (error instanceof Problem && !isPassing(error))) throw error;
        await this.#pause(attempt++, error, signal);
        continue;
      }
      if (response.status === 416) throw new Problem({ code: 'truncated', message: 'The server has fewer bytes than the file needs.' });
      const problem = await refusal(response);
      if (response.status >= 500 || response.status === 429) {
        await this.#pause(attempt++, problem, signal);
      } else if (!renewed && [401, 403, 410].includes(response.status)) {
        // The address has run out; another reader may have renewed it already.
        renewed = true;
        if (this.#address === address) this.#address = null;
      } else {
        throw problem;
      }
    }
  }

  #currentAddress(): Promise<string> {
    this.#address ??= this.#renew().then(onThisOrigin);
    this.#address.catch(() => {
      this.#address = null;
    });
    return this.#address;
  }

  async #pause(attempt: number, cause: unknown, signal: AbortSignal): Promise<void> {
    const delay = RETRY_DELAYS[attempt];
    if (delay === undefined) {
      if (cause instanceof Problem) throw cause;
      throw new Problem({ code: navigator.onLine ? 'server-unreachable' : 'offline', message: 'The server could not be reached.' }, { cause });
    }
    await waitForNetwork(atLeast(delay, cause), signal);
  }
}

/** Says at once, before any byte is fetched, when the server's file has another length. */
function checkAnnounced(response: Response, start: number, expected: number): void {
  const announced = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '');
  if (announced === null || Number(announced[1]) !== start) throw new Problem({ code: 'bad-answer', message: 'The server sent another range.' });
  checkLength(Number(announced[2]), expected);
}

/** Compares the length of what the server has with the one that was sealed, both in bytes. */
export function checkLength(found: number, expected: number): void {
  if (found < expected) throw new Problem({ code: 'truncated', message: 'The server has fewer bytes than were stored.' });
  if (found > expected) throw new Problem({ code: 'trailing-data', message: 'The server has more bytes than were stored.' });
}

/** The body, if it has that length; no more of it is kept. A connection that breaks off rejects with what fetch says. */
async function readExactly(response: Response, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  const reader = response.body?.getReader();
  let at = 0;
  for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read()) {
    if (at + piece.value.byteLength > length) {
      void reader?.cancel().catch(() => undefined);
      throw new Problem({ code: 'trailing-data', message: 'The server sent more bytes than were asked for.' });
    }
    bytes.set(piece.value, at);
    at += piece.value.byteLength;
  }
  if (at < length) throw new Problem({ code: 'truncated', message: 'The server sent fewer bytes than were asked for.' });
  return bytes;
}

/** The server names itself by its public address; the page may have come by another one, and stays on that. */
function onThisOrigin(address: string): string {
  const { pathname, search } = new URL(address, self.location.origin);
  return `${self.location.origin}${pathname}${search}`;
}

async function refusal(response: Response): Promise<Problem> {
  return problemFromBody(response.status, await response.text().catch(() => ''), {
    retryAfter: response.headers.get('Retry-After'),
    requestId: response.headers.get('X-Request-Id'),
  });
}
