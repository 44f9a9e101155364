import { atLeast, RETRY_DELAYS } from '../lib/patience';
import { hasCode, isPassing, Problem } from '../lib/problem';
import { wait, waitForNetwork } from '../lib/wait';
import { BASE_PATH } from './base';
import { BATCH_TYPE, batchRequest } from './batchRequest';
import { removeStaged } from './staged';

/** What is sent together at most: uploads, and bytes of them. The server takes twice as much. */
const [MOST, MOST_BYTES] = [128, 8 * 1024 * 1024];
/** How long the first upload waits for others, in milliseconds. */
const GATHER = 15;
/** Requests under way. */
const AT_ONCE = 2;
/** What one of these uploads may have at most, in bytes. */
export const SMALL_UPLOAD = 256 * 1024;

interface Item {
  body: Blob;
  signal: AbortSignal;
  resolve(upload: string): void;
  reject(error: unknown): void;
}

/** Sends small uploads together, waiting for the server as long as it takes. */
export class UploadBatches {
  readonly #token: () => Promise<string>;
  #waiting: Item[] = [];
  #underWay = 0;
  #isGathering = false;

  constructor(token: () => Promise<string>) {
    this.#token = token;
  }

  /** Resolves with the upload's id. */
  send(body: Blob, signal: AbortSignal): Promise<string> {
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
      if (batch.length > 0 && bytes + item.body.size > MOST_BYTES) break;
      this.#waiting.shift();
      if (item.signal.aborted) continue;
      batch.push(item);
      bytes += item.body.size;
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
    const body = new Blob(batch.flatMap(({ body: bytes }) => [lengthOf(bytes), bytes]));
    for (let attempt = 0; ; attempt++) {
      try {
        const headers = { Authorization: `Bearer ${await this.#token()}`, 'Content-Type': BATCH_TYPE };
        const response = await batchRequest('/uploads/batch', { method: 'POST', headers, body });
        const answer = (await response.json()) as { data?: { uploads?: unknown } };
        const uploads: unknown = answer.data?.uploads;
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

/** Four bytes, big-endian. */
function lengthOf(body: Blob): ArrayBuffer {
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, body.size);
  return length.buffer;
}
