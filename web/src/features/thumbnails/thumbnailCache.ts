interface Kept {
  /** Null while it is on its way, and when there is none. */
  address: string | null;
  status: 'waiting' | 'loading' | 'done';
  watchers: Set<() => void>;
}

/** So many are asked for at the same time. */
const AT_ONCE = 4;
/** Of those that nobody looks at so many are kept; a picture has at most 48 KiB. */
const KEPT = 400;

/** Small pictures in memory, asked for when they are looked at and given back when there are many others. */
export class ThumbnailCache {
  readonly #load: (node: string) => Promise<Blob | null>;
  /** In the order in which they were looked at last. */
  readonly #kept = new Map<string, Kept>();
  #loading = 0;

  constructor(load: (node: string) => Promise<Blob | null>) {
    this.#load = load;
  }

  /** An address as long as it is watched, if there is one. `state` tells one content of a file from the next. */
  address(node: string, state: string): string | null {
    return this.#kept.get(keyOf(node, state))?.address ?? null;
  }

  /** Asks for it, and tells when it came, until the returned function is called. */
  watch(node: string, state: string, listener: () => void): () => void {
    const key = keyOf(node, state);
    const kept: Kept = this.#kept.get(key) ?? { address: null, status: 'waiting', watchers: new Set() };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    kept.watchers.add(listener);
    this.#next();
    return () => {
      kept.watchers.delete(listener);
      if (kept.watchers.size > 0) return;
      // What was scrolled past is not fetched.
      if (kept.status === 'waiting') this.#kept.delete(key);
      this.#trim();
    };
  }

  /** The vault was locked. */
  clear(): void {
    for (const { address } of this.#kept.values()) if (address !== null) URL.revokeObjectURL(address);
    this.#kept.clear();
  }

  #next(): void {
    // What came into view last is wanted first.
    const waiting = [...this.#kept].reverse().filter(([, { status }]) => status === 'waiting');
    for (const [key, kept] of waiting.slice(0, AT_ONCE - this.#loading)) void this.#fetch(key, kept);
  }

  async #fetch(key: string, kept: Kept): Promise<void> {
    this.#loading += 1;
    kept.status = 'loading';
    // Without a picture there is the icon.
    const picture = await this.#load(nodeOf(key)).catch(() => null);
    this.#loading -= 1;
    // Cleared meanwhile.
    if (this.#kept.get(key) !== kept) return;
    kept.status = 'done';
    if (picture !== null) kept.address = URL.createObjectURL(picture);
    for (const watcher of kept.watchers) watcher();
    this.#trim();
    this.#next();
  }

  #trim(): void {
    const idle = [...this.#kept].filter(([, { watchers, status }]) => watchers.size === 0 && status === 'done');
    for (const [key, { address }] of idle.slice(0, Math.max(0, idle.length - KEPT))) {
      if (address !== null) URL.revokeObjectURL(address);
      this.#kept.delete(key);
    }
  }
}

function keyOf(node: string, state: string): string {
  return `${node} ${state}`;
}

function nodeOf(key: string): string {
  return key.slice(0, key.indexOf(' '));
}
