/// <reference lib="webworker" />
import { ContentOpener, ContentSealer } from '../../pkg/strongroom_wasm.js';
import { RangeReader } from '../api/ranges';
import { sendStaged } from '../api/staged';
import { loadModule } from './module';
import { openParts } from './opening';
import { connect } from './rpc';
import { Scratch, sweepScratch } from './scratch';
import { SealedFile } from './sealing';
import type { OpenedDownload } from './keeper.worker';

/**
 * Seals, sends, fetches and opens the contents of files. All it ever holds is
 * the key of one version of one file, and that cannot be exported.
 */

/** Every version's ciphertext begins with this many bytes of salt and commitment. */
const HEADER_LENGTH = 56;
/** Below this, one request fetches everything. */
const SMALL = 1024 * 1024;

export interface UploadJob {
  id: string;
  plan: number;
  file: Blob;
  key: CryptoKey;
  nonce: Uint8Array;
  header: Uint8Array;
  size: number;
  totalLength: number;
}

export interface DownloadJob {
  id: string;
  plan: number;
  node: string;
  version: string;
  size: number;
  contentLength: number;
  totalLength: number;
}

/** What this worker asks of the page. */
export interface ContentHost {
  token(): Promise<string>;
  /** A signed address of one version of a file. */
  address(node: string, version: string): Promise<string>;
  /** Seals the segment list. */
  tail(plan: number, hashes: Uint8Array): Promise<Uint8Array>;
  openDownload(plan: number, header: Uint8Array, tail: Uint8Array | null): Promise<OpenedDownload>;
  /** Bytes of the file that are done. */
  progress(job: string, done: number): void;
}

const jobs = new Map<string, AbortController>();

async function cancellable<Result>(id: string, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  jobs.set(id, controller);
  try {
    await loadModule();
    return await work(controller.signal);
  } finally {
    jobs.delete(id);
  }
}

const content = {
  /** Resolves with the id of the staged upload. */
  upload: (job: UploadJob): Promise<string> =>
    cancellable(job.id, async (signal) => {
      const sealer = new ContentSealer(job.key, job.nonce, job.header, job.size);
      const sealed = new SealedFile(job.file, sealer, job.totalLength, (hashes) => host.tail(job.plan, hashes));
      try {
        return await sendStaged(sealed, {
          token: () => host.token(),
          onProgress: (sent) => void host.progress(job.id, Math.min(job.size, Math.round((job.size * sent) / job.totalLength))),
          signal,
        });
      } finally {
        await sealed.close();
      }
    }),

  /** Resolves with the whole file, every byte of it verified. */
  download: (job: DownloadJob): Promise<Blob> =>
    cancellable(job.id, async (signal) => {
      const { contentLength, totalLength } = job;
      const reader = new RangeReader(() => host.address(job.node, job.version), totalLength, signal);
      const whole = totalLength <= SMALL ? await reader.read(0, totalLength) : null;
      const read = async (start: number, end: number): Promise<Uint8Array> => whole?.subarray(start, end) ?? reader.read(start, end);
      const [header, tail] = await Promise.all([read(0, HEADER_LENGTH), totalLength > contentLength ? read(contentLength, totalLength) : null]);
      const { key, nonce, hashes, rootHash } = await host.openDownload(job.plan, header, tail);
      const opener = new ContentOpener(key, nonce, header, hashes, rootHash, job.size);
      const scratch = await Scratch.open(job.size);
      try {
        let done = 0;
        await openParts(opener, { read }, (part) => scratch.add(part), (bytes) => {
          done += bytes;
          void host.progress(job.id, done);
        });
        signal.throwIfAborted();
        return await scratch.finish();
      } catch (error) {
        await scratch.discard().catch(() => undefined);
        throw error;
      } finally {
        opener.free();
      }
    }),

  cancel(id: string): void {
    jobs.get(id)?.abort();
  },
};

/** As the page sees this worker. */
export type Content = typeof content;

const { remote: host } = connect<ContentHost, Content>(globalThis, content);

// Best effort: there may be no such storage.
sweepScratch().catch(() => undefined);
