import type { ContentOpener } from '../../pkg/strongroom_wasm.js';

/** Bytes of a file in one segment, the smallest piece that can be checked. */
export const SEGMENT = 512 * 1024;
/** Segments fetched by one request at most. */
const MOST = 16;
/** Segments that stay opened, for whoever reads here and there. */
const KEPT = 16;
/** Requests under way while one piece is being opened. */
const AHEAD = 2;

/** Fetches what is stored, bytes [start, end) of it. */
export type Fetch = (start: number, end: number, signal: AbortSignal) => Promise<Uint8Array>;
/** The same once more, after what came was not what had been sealed; null where that is of no use. */
export type Again = (start: number, end: number) => Promise<Uint8Array | null>;

/**
 * One version of a file, read from any place. Nothing is fetched before it is
 * asked for, and nothing is handed on before it was verified.
 */
export class OpenedFile {
  readonly size: number;
  readonly #opener: ContentOpener;
  readonly #fetch: Fetch;
  readonly #again: Again;
  /** The last ones used, the latest at the end. */
  readonly #kept = new Map<number, Promise<Uint8Array>>();
  readonly #ended = new AbortController();

  constructor(opener: ContentOpener, size: number, fetch: Fetch, again: Again = () => Promise.resolve(null)) {
    this.size = size;
    this.#opener = opener;
    this.#fetch = fetch;
    this.#again = again;
  }

  /** Bytes [start, end) of the file, as far as it goes. */
  async read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const [from, to] = [Math.max(0, Math.min(start, this.size)), Math.max(0, Math.min(end, this.size))];
    const out = new Uint8Array(Math.max(0, to - from));
    const pieces: [number, Promise<Uint8Array>][] = [];
    for (let segment = Math.floor(from / SEGMENT); segment * SEGMENT < to; ) {
      const known = this.#use(segment);
      if (known !== undefined) {
        pieces.push([segment++, known]);
        continue;
      }
      let count = 1;
      while (count < MOST && (segment + count) * SEGMENT < to && !this.#kept.has(segment + count)) count++;
      const opened = this.#open(segment, count, this.#ended.signal);
      for (let index = 0; index < count; index++) {
        const piece = opened.then((bytes) => bytes.slice(index * SEGMENT, (index + 1) * SEGMENT));
        this.#keep(segment + index, piece);
        pieces.push([segment + index, piece]);
      }
      segment += count;
    }
    for (const [segment, piece] of pieces) {
      const bytes = await piece;
      const at = segment * SEGMENT;
      out.set(bytes.subarray(Math.max(0, from - at), Math.min(SEGMENT, to - at)), Math.max(0, at - from));
    }
    return out;
  }

  /**
   * The same bytes piece by piece: the first ones soon, then in larger pieces, fetched ahead.
   * Of a file without any bytes it checks at least the seal.
   */
  async *stream(start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    const stop = AbortSignal.any([signal, this.#ended.signal]);
    let [next, count] = [Math.floor(start / SEGMENT), 1];
    const last = Math.max(next + 1, Math.ceil(end / SEGMENT));
    const whole = start === 0 && end === this.size;
    // What only padding is in is not fetched; but the end of a whole file is checked with it.
    const until = whole ? this.#opener.segments : last;
    const ahead: { first: number; bytes: Promise<Uint8Array> }[] = [];
    const fetchNext = (): void => {
      if (next >= until) return;
      const many = Math.min(count, until - next);
      const bytes = this.#open(next, many, stop);
      // Nobody may be waiting for it yet.
      bytes.catch(() => undefined);
      ahead.push({ first: next, bytes });
      next += many;
      count = Math.min(MOST, 2 * count);
    };
    while (next < until || ahead.length > 0) {
      while (ahead.length <= AHEAD && next < until) fetchNext();
      const piece = ahead.shift();
      if (piece === undefined) return;
      const bytes = await piece.bytes;
      stop.throwIfAborted();
      const at = piece.first * SEGMENT;
      const part = bytes.subarray(Math.max(0, start - at), Math.max(0, Math.min(bytes.byteLength, end - at)));
      if (part.byteLength > 0) yield part.byteLength === bytes.buffer.byteLength ? (part as Uint8Array<ArrayBuffer>) : part.slice();
    }
  }

  close(): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#kept.clear();
    this.#opener.free();
  }

  async #open(first: number, count: number, signal: AbortSignal): Promise<Uint8Array> {
    const [start = 0, end = 0] = this.#opener.segmentsRange(first, count);
    const bytes = await this.#fetch(start, end, signal);
    // The opener is gone with the file.
    this.#ended.signal.throwIfAborted();
    try {
      return await this.#opener.openSegments(first, count, bytes);
    } catch (error) {
      const better = await this.#again(start, end);
      this.#ended.signal.throwIfAborted();
      if (better === null) throw error;
      return this.#opener.openSegments(first, count, better);
    }
  }

  #use(segment: number): Promise<Uint8Array> | undefined {
    const piece = this.#kept.get(segment);
    if (piece === undefined) return undefined;
    this.#kept.delete(segment);
    this.#kept.set(segment, piece);
    return piece;
  }

  #keep(segment: number, piece: Promise<Uint8Array>): void {
    this.#kept.set(segment, piece);
    // The next reader may have more luck.
    piece.catch(() => {
      if (this.#kept.get(segment) === piece) this.#kept.delete(segment);
    });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(oldest);
    }
  }
}
