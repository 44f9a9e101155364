import type { ContentPool, OpenedContent, OpenJob } from '../../crypto/content';
import type { PlannedDownload, RunningKeeper } from '../../crypto/keeper';
import type { Entry } from '../../crypto/types';
import { patiently } from '../../lib/patience';
import { Problem } from '../../lib/problem';
import type { CheckDetails, CheckMany } from '../tree/overtaken';

/** Files up to this length, in bytes, are fetched before it is their turn, many together. */
const SMALL = 256 * 1024;
/** What is fetched together: files, and bytes of them; and how often that is done before it is needed. */
const [TOGETHER, TOGETHER_BYTES, AHEAD] = [64, 4 * 1024 * 1024, 3];
/** What is read of a larger one at once, in bytes. */
const PIECE = 2 * 1024 * 1024;

export interface FilesEnvironment {
  details: CheckDetails;
  /** The same for many files: of each its versions, or null where it is gone. */
  manyDetails: CheckMany;
  /** All that is stored of small versions; null for one that is not there. */
  contents(versions: readonly string[], signal: AbortSignal): Promise<(Uint8Array<ArrayBuffer> | null)[]>;
  keeper: Pick<RunningKeeper['remote'], 'planDownload' | 'dropDownload'>;
  pool: Pick<ContentPool, 'open' | 'cancel'>;
}

export function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new Problem({ code: 'cancelled', message: 'The transfer was cancelled.' });
}

function jobOf(file: Entry, { plan, version, size, contentLength, listLength, totalLength }: PlannedDownload): OpenJob {
  return { id: crypto.randomUUID(), plan, node: file.id, version, size, contentLength, listLength, totalLength };
}

/** The files' contents in their order, small ones fetched ahead. */
export class ZipFiles {
  readonly #environment: FilesEnvironment;
  readonly #files: readonly (Entry | null)[];
  readonly #signal: AbortSignal;
  readonly #ahead = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();
  /** The last files of what is fetched together. */
  readonly #ends = new Set<number>();
  /** The first file that nobody has asked for. */
  #next = 0;

  constructor(environment: FilesEnvironment, files: readonly (Entry | null)[], signal: AbortSignal) {
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
      this.#ends.delete(index);
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
    while (this.#ends.size < AHEAD && this.#next < this.#files.length) {
      const group = this.#nextGroup();
      const last = group.at(-1);
      if (last === undefined) return;
      this.#ends.add(last.index);
      const fetched = this.#wholes(group.map(({ file }) => file));
      for (const [at, { index }] of group.entries()) {
        const bytes = fetched.then((all) => all[at] ?? new Uint8Array());
        bytes.catch(() => undefined);
        this.#ahead.set(index, bytes);
      }
    }
  }

  #nextGroup(): { index: number; file: Entry }[] {
    const group: { index: number; file: Entry }[] = [];
    let bytes = 0;
    for (; this.#next < this.#files.length && group.length < TOGETHER; this.#next++) {
      const file = this.#files[this.#next];
      if (file === null || file === undefined || file.size > SMALL) continue;
      bytes += file.size;
      if (group.length > 0 && bytes > TOGETHER_BYTES) break;
      group.push({ index: this.#next, file });
    }
    return group;
  }

  /** Small files, with a request for what the server says of them and one for their contents. */
  async #wholes(files: readonly Entry[]): Promise<Uint8Array<ArrayBuffer>[]> {
    const environment = this.#environment;
    const planned = await patiently(() => this.#plan(files), this.#signal);
    try {
      const stored = await patiently(() => environment.contents(planned.map(({ version }) => version), this.#signal), this.#signal);
      return await Promise.all(
        files.map((file, index) => {
          const [plan, bytes] = [planned[index], stored[index]];
          return plan === undefined || bytes === null || bytes === undefined ? this.#whole(file) : this.#stored(file, plan, bytes);
        }),
      );
    } finally {
      for (const { plan } of planned) void environment.keeper.dropDownload(plan).catch(() => undefined);
    }
  }

  #plan(files: readonly Entry[]): Promise<PlannedDownload[]> {
    const { keeper, manyDetails } = this.#environment;
    return manyDetails(files.map(({ id }) => id), async (described) => {
      const planned: PlannedDownload[] = [];
      try {
        for (const [index, file] of files.entries()) {
          const versions = described[index] ?? null;
          if (versions === null) throw new Problem({ code: 'NOT_FOUND', message: 'A file is gone.' });
          planned.push(await keeper.planDownload(file.id, JSON.stringify({ versions }), file.version ?? undefined));
        }
        return planned;
      } catch (error) {
        for (const { plan } of planned) void keeper.dropDownload(plan).catch(() => undefined);
        throw error;
      }
    });
  }

  async #stored(file: Entry, planned: PlannedDownload, stored: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    this.#check(file, planned);
    const content = this.#environment.pool.open({ ...jobOf(file, planned), stored });
    try {
      return (await content.read(0, file.size)) as Uint8Array<ArrayBuffer>;
    } finally {
      content.close();
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

  /** Its place in the zip has been measured. */
  #check(file: Entry, { size }: PlannedDownload): void {
    stopIfAborted(this.#signal);
    if (size !== file.size) throw new Problem({ code: 'changed-since', message: 'A file has changed since the download began.' });
  }

  async #open(file: Entry): Promise<{ content: OpenedContent; close: () => void }> {
    const { details, keeper, pool } = this.#environment;
    const planned = await patiently(() => details(file.id, (served) => keeper.planDownload(file.id, served, file.version ?? undefined)), this.#signal);
    const drop = (): void => void keeper.dropDownload(planned.plan).catch(() => undefined);
    try {
      this.#check(file, planned);
    } catch (error) {
      drop();
      throw error;
    }
    const job = jobOf(file, planned);
    const content = pool.open(job);
    const cancel = (): void => pool.cancel(job.id);
    this.#signal.addEventListener('abort', cancel, { once: true });
    const close = (): void => {
      this.#signal.removeEventListener('abort', cancel);
      content.close();
      drop();
    };
    return { content, close };
  }
}
