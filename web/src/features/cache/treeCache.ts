import type { RunningKeeper } from '../../crypto/keeper';
import type { Piece } from './pieceStore';

/** Changes are gathered for so long, in milliseconds. */
const QUIET = 2000;
/** Bytes sealed at a time: the vault does other things in between. */
const AT_ONCE = 2 * 1024 * 1024;
/** The piece about all others, with which a round ends. */
const LAST = /^[0-]+$/;

interface Environment {
  keeper: Pick<RunningKeeper['remote'], 'cachePieces' | 'cacheLost' | 'loadPieces'>;
  userId: string;
  read: (userId: string) => Promise<[name: string, bytes: Uint8Array][]>;
  write: (userId: string, pieces: readonly Piece[]) => Promise<void>;
}

/**
 * Keeps on the device what the vault has verified, sealed, and gives it back
 * when it is opened the next time. Whatever fails here only costs time.
 */
export class TreeCache {
  readonly #environment: Environment;
  #cursor: string | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #writing: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Hands the vault what was kept; gives the change feed's cursor to go on from, or null to begin anew. */
  async load(): Promise<string | null> {
    const { keeper, userId, read, write } = this.#environment;
    try {
      const pieces = await read(userId);
      if (pieces.length === 0) return null;
      const { cursor, dropped } = await keeper.loadPieces(pieces);
      if (dropped.length > 0) await write(userId, dropped.map((name) => [name, null]));
      return cursor;
    } catch {
      return null;
    }
  }

  /** The vault has been taken up to this cursor. */
  moved(cursor: string): void {
    this.#cursor = cursor;
    this.touched();
  }

  /** Something in the vault has changed, by this device itself: what was kept before is out of date from here on. */
  touched(): void {
    if (this.#ended || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#writing = this.#writing.then(() => this.#write());
    }, QUIET);
  }

  /** The keys are gone; nothing is written any more once this resolves. */
  end(): Promise<void> {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    return this.#writing;
  }

  async #write(): Promise<void> {
    const { keeper, userId, write } = this.#environment;
    const cursor = this.#cursor;
    if (cursor === null) return;
    try {
      for (;;) {
        const pieces = await keeper.cachePieces(cursor, AT_ONCE);
        if (this.#ended || pieces.length === 0) return;
        await write(userId, pieces);
        if (LAST.test(pieces[pieces.length - 1]?.[0] ?? '')) return;
      }
    } catch {
      // No room, or no such storage: what is there is older, and found to be.
      await keeper.cacheLost().catch(() => undefined);
    }
  }
}
