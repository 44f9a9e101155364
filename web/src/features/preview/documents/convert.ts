import { Problem } from '../../../lib/problem';
import { workerUrl } from '../../../lib/trustedTypes';
import documentsUrl from './documents.worker?worker&url';
import type { Answer, Converted, Job } from './documents.worker';

/** Milliseconds after which a conversion is given up. */
const PATIENCE = 30_000;

/** Converts a document on this device, in a thread of its own. Rejects with `not-decoded` or `too-large`. */
export function convertDocument(kind: Job['kind'], bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Converted> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl(documentsUrl), { type: 'module', name: 'documents' });
    const giveUp = (code: string, message: string): void => {
      end();
      reject(new Problem({ code, message }));
    };
    const abort = (): void => giveUp('cancelled', 'Nobody looks any more.');
    const timer = setTimeout(() => giveUp('too-large', 'It took too long to convert.'), PATIENCE);
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      worker.terminate();
    };
    signal.addEventListener('abort', abort);
    worker.addEventListener('error', (event) => giveUp('not-decoded', event.message || 'The converter ended.'));
    worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      end();
      if ('error' in data) reject(new Problem(data.error));
      else resolve(data.converted);
    });
    worker.postMessage({ kind, bytes } satisfies Job, [bytes.buffer]);
  });
}
