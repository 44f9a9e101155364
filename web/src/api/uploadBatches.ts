import { atLeast, RETRY_DELAYS } from '../lib/patience';
import { headerOf } from '../crypto/sending';
import { hasCode, isPassing, Problem } from '../lib/problem';
import { wait, waitForNetwork } from '../lib/wait';
import { BASE_PATH, newRequestId } from './base';
import { problemFromBody } from './envelope';
import { removeStaged } from './unstage';

/** Of bodies with many small uploads. */
const BATCH_TYPE = 'application/vnd.strongroom.batch';
/** What is sent together at most: uploads, and bytes of them. The server takes twice as much. */
const [MOST, MOST_BYTES] = [128, 8 * 1024 * 1024];
/** How long the first upload waits for others, in milliseconds. */
const GATHER = 15;
/** Of each length in a body, in bytes. */
const LENGTH = 4;
/** Requests under way. */
const AT_ONCE = 2;
/** What one of these uploads may have at most, in bytes. */
export const SMALL_UPLOAD = 256 * 1024;

/** Sends a request; rejects with a Problem when there is no answer. The body is of no use afterwards. */
export type Send = (request: { method: string; url: string; headers: Record<string, string>; body: Uint8Array<ArrayBuffer> }) => Promise<{ status: number; headers: string; body: string }>;

interface Item {
  body: Uint8Array<ArrayBuffer>;
  signal: AbortSignal;
  resolve(upload: string): void;
  reject(error: unknown): void;
}

/** Sends small uploads together, waiting for the server as long as it takes. */
export class UploadBatches {
  readonly #token: () => Promise<string>;
  readonly #send: Send;
  #waiting: Item[] = [];
  #underWay = 0;
  #isGathering = false;

  constructor(token: () => Promise<string>, send: Send) {
    this.#token = token;
    this.#send = send;
  }

  /** Resolves with the upload's id. */
  send(body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(new Problem({ code: 'cancelled', message: 'The upload was cancelled.' }));
      if (signal.aborted) {
        stop();
        return;
      }
      signal.addEventListener('abort', stop, { once: true });
      this.#waiting.push({ body, signal, resolve, reject });
      if (this.#isGathering) return;
      this.#isGathering = true;
      setTimeout(() => {
        this.#isGathering = false;
        this.#go();
      }, GATHER);
    });
  }

  #go(): void {
    while (this.#underWay < AT_ONCE) {
      const batch = this.#take();
      if (batch.length === 0) return;
      this.#underWay += 1;
      void this.#deliver(batch).finally(() => {
        this.#underWay -= 1;
        this.#go();
      });
    }
  }

  #take(): Item[] {
    const batch: Item[] = [];
    let bytes = 0;
    for (let item = this.#waiting[0]; item !== undefined && batch.length < MOST; item = this.#waiting[0]) {
      if (batch.length > 0 && bytes + item.body.byteLength > MOST_BYTES) break;
      this.#waiting.shift();
      if (item.signal.aborted) continue;
      batch.push(item);
      bytes += item.body.byteLength;
    }
    return batch;
  }

  async #deliver(batch: readonly Item[]): Promise<void> {
    try {
      const uploads = await this.#post(batch);
      for (const [index, item] of batch.entries()) {
        const upload = uploads[index];
        if (upload === undefined) item.reject(new Problem({ code: 'bad-answer', message: 'An upload has no id.' }));
        // What was sent before it was cancelled is of no use.
        else if (item.signal.aborted) void removeStaged(`${self.location.origin}${BASE_PATH}/uploads/${upload}`, this.#token).catch(() => undefined);
        else item.resolve(upload);
      }
    } catch (error) {
      // All or none: what there is room for is found by halving.
      if (batch.length > 1 && hasCode(error, 'STORAGE_QUOTA_EXCEEDED', 'STORAGE_FULL', 'PAYLOAD_TOO_LARGE')) {
        const half = Math.ceil(batch.length / 2);
        await this.#deliver(batch.slice(0, half));
        await this.#deliver(batch.slice(half));
        return;
      }
      for (const item of batch) item.reject(error);
    }
  }

  async #post(batch: readonly Item[]): Promise<readonly string[]> {
    for (let attempt = 0; ; attempt++) {
      try {
        const headers = { Authorization: `Bearer ${await this.#token()}`, 'Content-Type': BATCH_TYPE, 'X-Request-Id': newRequestId() };
        const body = joined(batch.map((item) => item.body));
        const response = await this.#send({ method: 'POST', url: `${self.location.origin}${BASE_PATH}/uploads/batch`, headers, body });
        if (response.status !== 201) {
          const header = (name: string): string | null => headerOf(response.headers, name) ?? null;
          throw problemFromBody(response.status, response.body, { retryAfter: header('Retry-After'), requestId: header('X-Request-Id') });
        }
        const answer = parse(response.body) as { data?: { uploads?: unknown } } | null;
        const uploads: unknown = answer?.data?.uploads;
        if (!Array.isArray(uploads) || !uploads.every((id) => typeof id === 'string')) throw new Problem({ code: 'bad-answer', message: 'The uploads have no ids.' });
        return uploads;
      } catch (error) {
        // Too many uploads are open, which those that are being committed will not be for long.
        const isWaiting = hasCode(error, 'CONFLICT');
        if (!(isPassing(error) || isWaiting) || batch.every(({ signal }) => signal.aborted)) throw error;
        const delay = RETRY_DELAYS[attempt] ?? RETRY_DELAYS.at(-1) ?? 0;
        if (isWaiting || hasCode(error, 'RATE_LIMITED')) await wait(atLeast(delay, error));
        else await waitForNetwork(delay);
      }
    }
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
}

/** Each with its length before it: four bytes, big-endian. */
function joined(bodies: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bodies.reduce((sum, { byteLength }) => sum + LENGTH + byteLength, 0));
  const view = new DataView(all.buffer);
  let at = 0;
  for (const body of bodies) {
    view.setUint32(at, body.byteLength);
    all.set(body, at + LENGTH);
    at += LENGTH + body.byteLength;
  }
  return all;
}
