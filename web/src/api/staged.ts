import { DetailedError, Upload, type HttpStack } from 'tus-js-client';

import { RETRY_DELAYS } from '../lib/patience';
import { isPassing, Problem, toProblem } from '../lib/problem';
import { BASE_PATH, newRequestId } from './base';
import { problemFromBody } from './envelope';

/** What is uploaded: bytes that are made while they are sent, in parts, front to back. */
export interface StagedSource {
  readonly size: number;
  /** What comes next from this offset on, which whoever asks may keep. Offsets never go back behind the part last asked for. */
  from(offset: number): Promise<Uint8Array<ArrayBuffer>>;
}

export interface StagedOptions {
  /** A token that is good for at least a minute. */
  token(): Promise<string>;
  /** Bytes of the source that the server has or is about to have. */
  onProgress(sent: number): void;
  /** Where an upload that was begun before goes on. */
  address?: string;
  /** Where this upload can go on later; another one than before if the server has given that up. */
  onAddress?(address: string): void;
  /** Called with what pauses it and what lets it go on. */
  onControl?(control: { pause(): void; resume(): void }): void;
  /** What sends the requests. */
  stack: HttpStack;
  signal: AbortSignal;
}

/** Waits as long as it takes: somebody else decides to give up. */
const PATIENCE = [...RETRY_DELAYS, ...Array.from({ length: 10_000 }, () => RETRY_DELAYS.at(-1) ?? 0)];

/** Sends a staged upload over tus. Resolves with its id. Cancelling removes it from the server. */
export async function sendStaged(source: StagedSource, options: StagedOptions): Promise<string> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    // The first argument only has to be something: the bytes come from the reader below.
    const upload = new Upload(new Blob(), {
      endpoint: `${self.location.origin}${BASE_PATH}/uploads`,
      uploadSize: source.size,
      // The source decides how much goes into one request.
      chunkSize: Number.MAX_SAFE_INTEGER,
      uploadDataDuringCreation: true,
      storeFingerprintForResuming: false,
      uploadUrl: options.address ?? null,
      // Progress starts the list over.
      retryDelays: PATIENCE,
      onUploadUrlAvailable: () => {
        if (upload.url !== null) options.onAddress?.(upload.url);
      },
      httpStack: options.stack,
      fileReader: { openFile: () => Promise.resolve(reader(source)) },
      onBeforeRequest: async (request) => {
        request.setHeader('Authorization', `Bearer ${await options.token()}`);
        request.setHeader('X-Request-Id', newRequestId());
      },
      onShouldRetry: (error) => worthRetrying(error),
      onProgress: (sent) => options.onProgress(sent),
      onError: (error) => {
        signal.removeEventListener('abort', cancel);
        // First of all: aborting wipes the answer.
        reject(stagedProblem(error));
        // What was sent is of no use without the rest; an upload that nobody ends expires on the server by itself.
        void upload.abort(true).catch(() => undefined);
      },
      onSuccess: () => {
        signal.removeEventListener('abort', cancel);
        const id = upload.url?.split('/').pop();
        if (id === undefined) reject(new Problem({ code: 'bad-answer', message: 'The upload has no address.' }));
        else resolve(id);
      },
    });
    const cancel = (): void => {
      void upload.abort(true).catch(() => undefined);
      reject(new Problem({ code: 'cancelled', message: 'The upload was cancelled.' }));
    };
    if (signal.aborted) {
      cancel();
      return;
    }
    signal.addEventListener('abort', cancel, { once: true });
    options.onControl?.({
      pause: () => void upload.abort(false).catch(() => undefined),
      resume: () => upload.start(),
    });
    upload.start();
  });
}

/** Bytes as tus-js-client takes them: it asks a Blob's question about their length, and sends them as they are. */
type Sent = Uint8Array<ArrayBuffer> & { size: number };

function reader(source: StagedSource): { size: number; slice(start: number): Promise<{ value: Sent; done: boolean }>; close(): void } {
  return {
    size: source.size,
    async slice(start) {
      const bytes = await source.from(start);
      return { value: Object.assign(bytes, { size: bytes.byteLength }), done: start + bytes.byteLength === source.size };
    },
    close: () => undefined,
  };
}

function worthRetrying(error: DetailedError): boolean {
  // Sealing failed, or the session is over; or no token could be had for now.
  if (error.causingError instanceof Problem) return isPassing(error.causingError);
  const status = error.originalResponse?.getStatus() ?? 0;
  return status === 0 || status === 409 || status === 423 || status === 429 || (status >= 500 && status !== 507);
}

function stagedProblem(error: Error | DetailedError): Problem {
  if (!(error instanceof DetailedError)) return toProblem(error);
  if (error.causingError instanceof Problem) return error.causingError;
  const response = error.originalResponse;
  if (response === null) {
    return new Problem({ code: navigator.onLine ? 'server-unreachable' : 'offline', message: error.message }, { cause: error });
  }
  return problemFromBody(response.getStatus(), response.getBody(), {
    retryAfter: response.getHeader('Retry-After') ?? null,
    requestId: response.getHeader('X-Request-Id') ?? null,
  });
}
