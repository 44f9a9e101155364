import { dropKept, keepBlock, keptBlock, MOST_OF_ONE } from './keptContents';

/** Bytes that are fetched and kept together. */
export const BLOCK = 1024 * 1024;

type Read = (start: number, end: number) => Promise<Uint8Array>;

interface Store {
  get: typeof keptBlock;
  keep: typeof keepBlock;
  drop: typeof dropKept;
  now: () => number;
}

const device: Store = { get: keptBlock, keep: keepBlock, drop: dropKept, now: Date.now };

/** Reads one version by whole blocks, from this device where it has them, and keeps what it fetches. */
export class KeptReader {
  readonly #version: string;
  readonly #total: number;
  readonly #fetch: Read;
  readonly #store: Store;
  /** Fetched, and not stored yet. */
  readonly #arriving = new Map<number, Promise<Uint8Array>>();
  /** Being stored, or dropped. */
  #storing: Promise<unknown> = Promise.resolve();
  /** Whether anything came from this device. */
  #wasKept = false;
  /** Where it has been asked for again. */
  readonly #again = new Set<number>();

  /** `total`: the length that was sealed, in bytes. `fetch` asks the server. */
  constructor(version: string, total: number, fetch: Read, store = device) {
    this.#version = version;
    this.#total = total;
    this.#fetch = fetch;
    this.#store = store;
  }

  /** Whether a version of this length is kept at all. */
  static isKept(total: number): boolean {
    return total <= MOST_OF_ONE;
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const [first, last] = [Math.floor(start / BLOCK), Math.ceil(end / BLOCK)];
    const known = await Promise.all(Array.from({ length: last - first }, (_, index) => this.#known(first + index)));
    const out = new Uint8Array(end - start);
    const pieces: [block: number, bytes: Promise<Uint8Array>][] = [];
    for (let block = first; block < last; ) {
      const bytes = known[block - first];
      if (bytes !== undefined) {
        pieces.push([block++, Promise.resolve(bytes)]);
        continue;
      }
      let until = block + 1;
      while (until < last && known[until - first] === undefined) until++;
      for (const piece of this.#ask(block, until)) pieces.push(piece);
      block = until;
    }
    for (const [block, piece] of pieces) {
      const bytes = await piece;
      const at = block * BLOCK;
      out.set(bytes.subarray(Math.max(0, start - at), Math.min(bytes.byteLength, end - at)), Math.max(0, at - start));
    }
    return out;
  }

  /**
   * Bytes [start, end) were not what was sealed: nothing of this version is kept any more. What may
   * have come from this device is asked for once more; null: it came from the server.
   */
  async again(start: number, end: number): Promise<Uint8Array | null> {
    const isWorthIt = this.#wasKept && !this.#again.has(start);
    this.#again.add(start);
    this.#storing = this.#storing.then(() => this.#store.drop(this.#version)).catch(() => undefined);
    await this.#storing;
    return isWorthIt ? this.read(start, end) : null;
  }

  async #known(block: number): Promise<Uint8Array | undefined> {
    const arriving = this.#arriving.get(block);
    if (arriving !== undefined) return arriving;
    const length = Math.min(BLOCK, this.#total - block * BLOCK);
    // Without storage all of it is fetched; a block of another length is none of this version.
    const bytes = await this.#store.get(this.#version, block).catch(() => undefined);
    const arrived = this.#arriving.get(block);
    if (arrived !== undefined || bytes?.byteLength !== length) return arrived;
    this.#wasKept = true;
    return bytes;
  }

  /** Blocks [from, until) by one request. */
  #ask(from: number, until: number): [number, Promise<Uint8Array>][] {
    const fetched = this.#fetch(from * BLOCK, Math.min(this.#total, until * BLOCK));
    return Array.from({ length: until - from }, (_, index) => {
      const block = from + index;
      const bytes = fetched.then((all) => all.slice(index * BLOCK, (index + 1) * BLOCK));
      this.#arriving.set(block, bytes);
      const stored = bytes.then((whole) => this.#store.keep(this.#version, block, whole, this.#store.now()));
      this.#storing = Promise.allSettled([this.#storing, stored]);
      const gone = (): void => {
        if (this.#arriving.get(block) === bytes) this.#arriving.delete(block);
      };
      stored.then(gone, gone);
      return [block, bytes];
    });
  }
}
