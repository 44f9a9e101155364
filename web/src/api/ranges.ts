import { Problem } from '../lib/problem';
import { waitForNetwork } from '../lib/wait';
import { problemFromBody } from './envelope';

const RETRY_DELAYS = [200, 1000, 2000, 5000, 10_000, 20_000, 30_000, 30_000, 30_000];

/** One stored file, read by ranges through a signed address that has to be renewed now and then. */
export class RangeReader {
  readonly #renew: () => Promise<string>;
  readonly #signal: AbortSignal;
  #address: Promise<string> | null = null;

  constructor(renew: () => Promise<string>, signal: AbortSignal) {
    this.#renew = renew;
    this.#signal = signal;
  }

  /** Bytes [start, end). Fewer come back only if the server has no more; the caller must check. */
  async read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    let renewed = false;
    for (let attempt = 0; ; ) {
      const address = this.#currentAddress();
      let response: Response;
      try {
        response = await fetch(await address, { headers: { Range: `bytes=${start}-${end - 1}` }, signal: this.#signal, cache: 'no-store' });
        if (response.status === 206) return new Uint8Array(await response.arrayBuffer());
      } catch (error) {
        if (this.#signal.aborted || error instanceof Problem) throw error;
        await this.#pause(attempt++, error);
        continue;
      }
      if (response.status === 416) throw new Problem({ code: 'truncated', message: 'The server has fewer bytes than the file needs.' });
      if (response.status === 200 && start === 0) return new Uint8Array(await response.arrayBuffer()).slice(0, end);
      const problem = await refusal(response);
      if (response.status >= 500) {
        await this.#pause(attempt++, problem);
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

  async #pause(attempt: number, cause: unknown): Promise<void> {
    const delay = RETRY_DELAYS[attempt];
    if (delay === undefined) {
      if (cause instanceof Problem) throw cause;
      throw new Problem({ code: navigator.onLine ? 'server-unreachable' : 'offline', message: 'The server could not be reached.' }, { cause });
    }
    await waitForNetwork(delay, this.#signal);
  }
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
