import type { ContentPool, OpenedContent } from '../../crypto/content';
import { feed, type Gate } from '../../crypto/feeding';
import type { RunningKeeper } from '../../crypto/keeper';
import type { Entry } from '../../crypto/types';
import { patiently } from '../../lib/patience';
import { Problem } from '../../lib/problem';
import type { CheckDetails } from '../tree/overtaken';
import { zip, zipLength, type ZipEntry } from './zip';
import { zipNames } from './zipNames';

/** Files up to this length, in bytes, are fetched before it is their turn; so many at once. */
const [SMALL, AHEAD] = [1024 * 1024, 6];
/** What is read of a larger one at once, in bytes. */
const PIECE = 2 * 1024 * 1024;
/** Pieces that are handed on have about this length at least, in bytes: each is a message of its own. */
const LEAST = 256 * 1024;

export interface ZipEnvironment {
  details: CheckDetails;
  keeper: Pick<RunningKeeper['remote'], 'planDownload' | 'dropDownload'>;
  pool: Pick<ContentPool, 'open' | 'cancel'>;
  /** What the vault knows of a folder, which is fetched if it does not. */
  list(folder: string): Promise<readonly Entry[]>;
}

/** A zip that is about to be made. */
export interface PlannedZip {
  /** Bytes of the zip. */
  length: number;
  /** Bytes of the files in it. */
  size: number;
  /** Piece by piece, as it is taken; everything in it was verified. */
  pieces: (onContent: (bytes: number) => void) => AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
}

/** Finds everything in and below the entries, but for what is in the trash. */
export async function planZip(environment: ZipEnvironment, entries: readonly Entry[], signal: AbortSignal): Promise<PlannedZip> {
  const layout: ZipEntry[] = [];
  const files: (Entry | null)[] = [];
  const add = async (found: readonly Entry[], above: readonly string[]): Promise<void> => {
    const names = zipNames(found.map(({ name }) => name));
    for (const [index, entry] of found.entries()) {
      stopIfAborted(signal);
      const path = [...above, names[index] ?? '_'];
      const isFolder = entry.kind === 'folder';
      layout.push({ path, isFolder, size: isFolder ? 0 : entry.size, modified: entry.modified });
      files.push(isFolder ? null : entry);
      if (isFolder) await add((await environment.list(entry.id)).filter(({ trashed }) => trashed === null), path);
    }
  };
  await add(entries, []);
  return {
    length: zipLength(layout),
    size: layout.reduce((sum, { size }) => sum + size, 0),
    pieces(onContent) {
      const contents = new Contents(environment, files, signal);
      return gathered(
        zip(layout, async function* (index) {
          for await (const bytes of contents.of(index)) {
            onContent(bytes.byteLength);
            yield bytes;
          }
        }),
      );
    },
  };
}

/** The ways in which a zip is taken; `progress` hears of the bytes of files in it so far. */
export function zipSource(
  pieces: PlannedZip['pieces'],
  { gate, signal, progress }: { gate: Gate; signal: AbortSignal; progress: (done: number) => void },
): { feed(port: MessagePort): Promise<void>; collect(): Promise<Blob> } {
  const begin = (): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> => {
    let done = 0;
    return pieces((bytes) => {
      done += bytes;
      progress(done);
    });
  };
  return {
    // Asked for a part of it the service worker makes it fail: a zip comes as a whole.
    feed: (port) => feed(port, begin(), { gate, signal, onTaken: () => undefined, onCancel: () => undefined }),
    async collect() {
      const parts: Blob[] = [];
      for await (const piece of begin()) {
        await gate.pass();
        stopIfAborted(signal);
        parts.push(new Blob([piece]));
      }
      // A type of its own would make browsers unpack it, or add an ending.
      return new Blob(parts, { type: 'application/octet-stream' });
    },
  };
}

/** The files' contents in their order, small ones fetched ahead. */
class Contents {
  readonly #environment: ZipEnvironment;
  readonly #files: readonly (Entry | null)[];
  readonly #signal: AbortSignal;
  readonly #ahead = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();
  /** The first file that nobody has asked for. */
  #next = 0;

  constructor(environment: ZipEnvironment, files: readonly (Entry | null)[], signal: AbortSignal) {
    this.#environment = environment;
    this.#files = files;
    this.#signal = signal;
  }

  async *of(index: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    this.#fetchAhead();
    const small = this.#ahead.get(index);
    const file = this.#files[index];
    if (small !== undefined) {
      const bytes = await small;
      this.#ahead.delete(index);
      yield bytes;
    } else if (file !== null && file !== undefined) {
      const { content, close } = await this.#open(file);
      try {
        const read = (start: number): Promise<Uint8Array<ArrayBuffer>> => {
          const piece = content.read(start, Math.min(file.size, start + PIECE)) as Promise<Uint8Array<ArrayBuffer>>;
          // Nobody may be waiting for it yet.
          piece.catch(() => undefined);
          return piece;
        };
        let piece = read(0);
        for (let start = PIECE; start < file.size + PIECE; start += PIECE) {
          const bytes = await piece;
          if (start < file.size) piece = read(start);
          yield bytes;
        }
      } finally {
        close();
      }
    }
  }

  #fetchAhead(): void {
    while (this.#ahead.size < AHEAD && this.#next < this.#files.length) {
      const index = this.#next++;
      const file = this.#files[index];
      if (file === null || file === undefined || file.size > SMALL) continue;
      const bytes = this.#whole(file);
      bytes.catch(() => undefined);
      this.#ahead.set(index, bytes);
    }
  }

  async #whole(file: Entry): Promise<Uint8Array<ArrayBuffer>> {
    const { content, close } = await this.#open(file);
    try {
      return (await content.read(0, file.size)) as Uint8Array<ArrayBuffer>;
    } finally {
      close();
    }
  }

  async #open(file: Entry): Promise<{ content: OpenedContent; close: () => void }> {
    const { details, keeper, pool } = this.#environment;
    const planned = await patiently(() => details(file.id, (served) => keeper.planDownload(file.id, served, file.version ?? undefined)), this.#signal);
    const { plan, version, size, contentLength, listLength, totalLength } = planned;
    const drop = (): void => void keeper.dropDownload(plan).catch(() => undefined);
    try {
      stopIfAborted(this.#signal);
      // Its place in the zip has been measured.
      if (size !== file.size) throw new Problem({ code: 'changed-since', message: 'A file has changed since the download began.' });
    } catch (error) {
      drop();
      throw error;
    }
    const id = crypto.randomUUID();
    const content = pool.open({ id, plan, node: file.id, version, size, contentLength, listLength, totalLength });
    const cancel = (): void => pool.cancel(id);
    this.#signal.addEventListener('abort', cancel, { once: true });
    const close = (): void => {
      this.#signal.removeEventListener('abort', cancel);
      content.close();
      drop();
    };
    return { content, close };
  }
}

/** The same bytes in fewer pieces, each with a buffer of its own. */
export async function* gathered(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>, least = LEAST): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let [waiting, length]: [Uint8Array[], number] = [[], 0];
  const take = (): Uint8Array<ArrayBuffer> => {
    const all = new Uint8Array(length);
    let at = 0;
    for (const piece of waiting) {
      all.set(piece, at);
      at += piece.byteLength;
    }
    [waiting, length] = [[], 0];
    return all;
  };
  for await (const piece of pieces) {
    waiting.push(piece);
    length += piece.byteLength;
    if (length >= least) yield take();
  }
  if (length > 0) yield take();
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new Problem({ code: 'cancelled', message: 'The transfer was cancelled.' });
}
