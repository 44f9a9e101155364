/// <reference lib="webworker" />
import { ContentOpener, ContentSealer } from '../../pkg/strongroom_wasm.js';
import { KeptReader } from '../api/keptReader';
import { checkLength, RangeReader } from '../api/ranges';
import type { sendStaged } from '../api/staged';
import { removeStaged } from '../api/unstage';
import { SMALL_UPLOAD, UploadBatches } from '../api/uploadBatches';
import { Problem } from '../lib/problem';
import { feed, Gate } from './feeding';
import { loadModule } from './module';
import { OpenedFile, type Again } from './reading';
import { connect } from './rpc';
import { PART_SIZE, PARTS_AT_ONCE, SealedFile } from './sealing';
import { httpStack, Sending, type SenderStarter } from './sending';
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
  /** Hashes of what may have been sent before. */
  known: Uint8Array;
  size: number;
  totalLength: number;
  /** Where it goes on, if it was begun before. */
  address: string | null;
}

/** One version of a file that may be read. */
export interface OpenJob {
  id: string;
  plan: number;
  node: string;
  version: string;
  size: number;
  contentLength: number;
  listLength: number;
  totalLength: number;
  /** All that is stored, if it has been fetched already. */
  stored?: Uint8Array<ArrayBuffer>;
  /** Whether what is fetched stays on this device, sealed, and is looked for there. */
  keeps?: boolean;
}

/** What this worker asks of the page. */
export interface ContentHost extends SenderStarter {
  token(): Promise<string>;
  /** A signed address of one version of a file. */
  address(node: string, version: string): Promise<string>;
  /** Seals the segment list. */
  tail(plan: number, hashes: Uint8Array): Promise<Uint8Array>;
  openDownload(plan: number, header: Uint8Array, tail: Uint8Array | null): Promise<OpenedDownload>;
  /** Keeps on this device what it takes to go on with an upload; nothing later is sent before. */
  keep(job: string, hashes: Uint8Array, address: string): Promise<void>;
  /** The server has given up what it had of an upload: it begins anew. */
  anew(job: string): void;
  /** Bytes of the file that are what was sent before; nothing of them is sent again. */
  comparing(job: string, done: number): void;
  /** Bytes of the file that are done. */
  progress(job: string, done: number): void;
}

const jobs = new Map<string, AbortController>();
/** Of uploads that are being sent. */
const controls = new Map<string, { pause(): void; resume(): void }>();

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

/** What sends large uploads is loaded with the first of them. */
async function tus(): Promise<{ sendStaged: typeof sendStaged }> {
  try {
    return await import('../api/staged');
  } catch (cause) {
    throw new Problem({ code: navigator.onLine ? 'server-unreachable' : 'offline', message: 'A part of the app could not be loaded.' }, { cause });
  }
}

const content = {
  /** Resolves with the id of the staged upload. */
  upload: (job: UploadJob): Promise<string> =>
    cancellable(job.id, async (signal) => {
      const sealer = new ContentSealer(job.key, job.nonce, job.header, job.size, job.known);
      let { address } = job;
      let kept = job.known.byteLength;
      const isShort = job.size <= PART_SIZE * PARTS_AT_ONCE;
      const keep = async (hashes: Uint8Array): Promise<void> => {
        // What goes in one request is sooner sent again than kept.
        if (address === null || isShort || hashes.byteLength <= kept) return;
        kept = hashes.byteLength;
        await host.keep(job.id, hashes, address);
      };
      const sealed = new SealedFile(job.file, sealer, job.totalLength, {
        tail: (hashes) => host.tail(job.plan, hashes),
        keep,
        onCompared: (bytes) => void host.comparing(job.id, bytes),
      });
      try {
        if (address === null && job.totalLength <= SMALL_UPLOAD) {
          const gate = new Gate();
          controls.set(job.id, { pause: () => gate.pause(), resume: () => gate.resume() });
          const body = await sealed.from(0);
          await gate.pass();
          const id = await batches.send(body, signal);
          void host.progress(job.id, job.size);
          return id;
        }
        const { sendStaged } = await tus();
        const upload = await sendStaged(sealed, {
          token: () => host.token(),
          onProgress: (sent) => void host.progress(job.id, Math.min(job.size, Math.round((job.size * sent) / job.totalLength))),
          ...(address === null ? {} : { address }),
          onAddress: (given) => {
            if (address !== null && address !== given) void host.anew(job.id);
            if (address !== given) kept = 0;
            address = given;
          },
          onControl: (control) => controls.set(job.id, control),
          stack,
          signal,
        });
        await sealed.finish();
        return upload;
      } finally {
        controls.delete(job.id);
        await sealed.close();
      }
    }),

  /** The port of a sending thread that this one asked for. */
  useSender: (port: MessagePort): void => sending.use(port),

  /** Removes what the server has of an upload that will not go on. */
  remove: (address: string): Promise<void> => removeStaged(address, () => host.token()),

  /** From here on it may be read; nothing is fetched before. */
  open(job: OpenJob): void {
    sources.set(job.id, new Source(job));
  },

  read: async (id: string, start: number, end: number): Promise<Uint8Array> => (await source(id).file()).read(start, end),

  /** Hands bytes [start, end) to the service worker as it asks for them. `report`: they count as progress. */
  async serve(id: string, port: MessagePort, start: number, end: number, report: boolean): Promise<void> {
    const from = source(id);
    const stop = new AbortController();
    let done = 0;
    await feed(port, from.pieces(start, end, stop.signal), {
      gate: from.gate,
      signal: from.ended.signal,
      onTaken: (bytes) => {
        done += bytes;
        if (report) void host.progress(id, done);
      },
      onCancel: () => stop.abort(),
    });
  },

  /** The whole file in the browser's memory, every byte of it verified. */
  async collect(id: string): Promise<Blob> {
    const from = source(id);
    const parts: Blob[] = [];
    let done = 0;
    for await (const bytes of from.pieces(0, from.job.size, from.ended.signal)) {
      await from.gate.pass();
      from.ended.signal.throwIfAborted();
      // A Blob and not its bytes: browsers hold Blobs outside the heap, and on the disk if they are many.
      parts.push(new Blob([bytes]));
      done += bytes.byteLength;
      void host.progress(id, done);
    }
    // A type of its own would make browsers add an ending to a name that has none, or even show the file.
    return new Blob(parts, { type: 'application/octet-stream' });
  },

  close(id: string): void {
    sources.get(id)?.close();
    sources.delete(id);
  },

  pause(id: string): void {
    sources.get(id)?.gate.pause();
    controls.get(id)?.pause();
  },
  resume(id: string): void {
    sources.get(id)?.gate.resume();
    controls.get(id)?.resume();
  },

  cancel(id: string): void {
    jobs.get(id)?.abort();
    sources.get(id)?.close();
  },
};

/** What it takes to read one version: its key is asked for with the first byte. */
class Source {
  readonly job: OpenJob;
  readonly gate = new Gate();
  readonly ended = new AbortController();
  #file: Promise<OpenedFile> | null = null;

  constructor(job: OpenJob) {
    this.job = job;
  }

  file(): Promise<OpenedFile> {
    if (this.#file === null) {
      const file = this.#begin();
      this.#file = file;
      file.catch(() => {
        this.#file = null;
      });
    }
    return this.#file;
  }

  async *pieces(start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    yield* (await this.file()).stream(start, end, signal);
  }

  close(): void {
    this.ended.abort();
    this.gate.resume();
    void this.#file?.then((file) => file.close(), () => undefined);
  }

  async #begin(): Promise<OpenedFile> {
    await loadModule();
    const { plan, node, version, size, contentLength, listLength, totalLength, keeps = false } = this.job;
    const server = new RangeReader(() => host.address(node, version), totalLength, this.ended.signal);
    const isKept = keeps && KeptReader.isKept(totalLength);
    const kept = isKept ? new KeptReader(version, totalLength, (start, end) => server.read(start, end)) : null;
    const reader: Pick<RangeReader, 'read'> | KeptReader = kept ?? server;
    const again: Again = async (start, end) => kept?.again(start, end) ?? null;
    const stored = this.job.stored ?? null;
    if (stored !== null) checkLength(stored.byteLength, totalLength);
    const whole = stored ?? (totalLength <= SMALL ? await reader.read(0, totalLength) : null);
    const read = async (start: number, end: number, signal?: AbortSignal): Promise<Uint8Array> =>
      whole?.slice(start, end) ?? reader.read(start, end, signal);
    const [header, tail] = await Promise.all([
      read(0, HEADER_LENGTH),
      listLength > 0 ? read(contentLength, contentLength + listLength) : null,
    ]);
    const open = async (first: Uint8Array, last: Uint8Array | null): Promise<OpenedFile> => {
      const { key, nonce, hashes, rootHash } = await host.openDownload(plan, first, last);
      return new OpenedFile(new ContentOpener(key, nonce, first, hashes, rootHash, size), size, read, again);
    };
    return open(header, tail).catch(async (error: unknown) => {
      const better = await again(0, HEADER_LENGTH);
      if (better === null) throw error;
      return open(better, listLength > 0 ? await reader.read(contentLength, contentLength + listLength) : null);
    });
  }
}

const sources = new Map<string, Source>();
const sending = new Sending({ openSender: () => host.openSender() });
const stack = httpStack(sending);
const batches = new UploadBatches(() => host.token(), (request) => sending.send(request));

function source(id: string): Source {
  const found = sources.get(id);
  if (found === undefined) throw new Problem({ code: 'cancelled', message: 'It is not open any more.' });
  return found;
}

/** As the page sees this worker. */
export type Content = typeof content;

const { remote: host } = connect<ContentHost, Content>(globalThis, content);
