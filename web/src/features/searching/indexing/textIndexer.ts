import type { OpenContent, TextsRead } from '../../../app/contract';
import type { RunningKeeper } from '../../../crypto/keeper';
import type { Entry } from '../../../crypto/types';
import { atLeast } from '../../../lib/patience';
import { hasCode, isPassing } from '../../../lib/problem';
import { wait, waitForNetwork } from '../../../lib/wait';
import { inGroups } from './groups';
import type { Piece } from '../../cache/pieceStore';
import type { TextsStore } from './textsStore';

/** Changes are gathered for so long, in milliseconds. */
const QUIET = 2000;
/** What is kept is opened so long after the vault was, in milliseconds. */
const BEGINNING = 1000;
/** How often it is looked whether there is room for quiet work again. */
const LOOK = 1000;
/** After the server could not be reached. */
const LATER = 30_000;
/** Between files, in milliseconds: the server counts the requests of an account, and somebody may need them. */
const PACE = 500;
/** Pieces that the vault opens at a time. */
const AT_ONCE = 16;
/** Bytes of sealed texts that a device keeps. */
const MOST_KEPT = 256 * 1024 * 1024;
/** What says that nothing will ever be read from this version of a file. */
const UNREADABLE = ['not-text', 'not-decoded', 'password-needed', 'too-large'] as const;

/** A file's content, as far as its text is concerned. */
export type Readable = Pick<OpenContent, 'version' | 'size' | 'read' | 'close'>;

interface Environment {
  keeper: Pick<RunningKeeper['remote'], 'unread' | 'passOver' | 'indexText' | 'loadTexts' | 'excerpts' | 'entry'>;
  store: TextsStore;
  open: (node: string) => Promise<Readable>;
  /** Several small files with few requests: each once it is asked for. */
  openTogether: (files: readonly Entry[], signal: AbortSignal) => readonly (() => Promise<Readable>)[];
  /** Whether files like it are read at all. */
  canRead: (entry: Entry) => boolean;
  extract: (entry: Entry, content: Readable, signal: AbortSignal) => Promise<string>;
  /** The words of a text as it is typed. */
  words: (entry: Entry, text: string) => Promise<string>;
  /** Only one window of this device reads a file at a time. */
  alone: (work: () => Promise<void>, signal: AbortSignal) => Promise<void>;
  /** What is more important now. */
  busy: () => 'waiting' | 'saving' | null;
  /** Resolves when the browser has nothing else to do. */
  idle: () => Promise<void>;
  show: (state: TextsRead) => void;
}

/**
 * Reads the notes and documents of the tree for the search, one after the other, while nothing else is to be done, and
 * keeps what it has read sealed on the device. Whatever fails here only means that a text is not found.
 */
export class TextIndexer {
  readonly #environment: Environment;
  readonly #ended = new AbortController();
  /** Bytes of each piece on the device. */
  readonly #kept = new Map<string, number>();
  #state: TextsRead = { status: 'loading', read: 0, total: 0 };
  /** Counts the changes of the tree. */
  #changes = 0;
  #wake: () => void = () => undefined;
  #isFull = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Goes on until the end. `loaded` resolves when the vault has what the device kept of the tree, `complete` when all of it was read. */
  async run(loaded: Promise<unknown>, complete: Promise<unknown>): Promise<void> {
    try {
      this.#show({});
      await loaded;
      // The vault has more to do at first: what somebody waits for.
      await wait(BEGINNING, this.#signal);
      const unused = await this.#load(await this.#environment.store.names());
      // Without the server that is all for now.
      this.#show({ status: (await this.#unread()).length === 0 ? 'ready' : 'reading' });
      await complete;
      // Now the tree is known: what still does not fit will not.
      await this.#forget(await this.#load(unused));
    } catch {
      // The device keeps nothing, it seems; what is read lasts as long as the vault is open.
    }
    while (!this.#hasEnded()) {
      try {
        await this.#round();
      } catch (error) {
        if (this.#hasEnded()) return;
        await waitForNetwork(atLeast(LATER, error), this.#signal).catch(() => undefined);
      }
    }
  }

  /** The tree has changed. */
  touched(): void {
    this.#changes += 1;
    this.#wake();
  }

  /** A text that this device has just written: its words are found at once. */
  async written(node: string, version: string, text: string): Promise<void> {
    const { keeper, canRead, words } = this.#environment;
    try {
      const entry = await keeper.entry(node);
      if (entry === undefined || !canRead(entry)) return;
      await this.#keep(node, version, await words(entry, text));
      this.touched();
    } catch {
      // It is read like any other, then.
      this.touched();
    }
  }

  /** What stands around these words in texts that were read, by the file's id; every other string is what was found. */
  async excerpts(nodes: readonly string[], words: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const { keeper, store } = this.#environment;
    const pieces = await store.read(nodes).catch(() => []);
    return new Map(pieces.length === 0 ? [] : await keeper.excerpts(pieces, words));
  }

  /** The keys are gone; nothing is written any more once this resolves. */
  end(): Promise<void> {
    this.#ended.abort();
    this.#wake();
    return this.#writing;
  }

  get #signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Asked anew each time: it may have happened while something else was waited for. */
  #hasEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  /** Hands the vault pieces; gives those that it has no use for. */
  async #load(names: readonly string[]): Promise<string[]> {
    const { keeper, store } = this.#environment;
    const unused: string[] = [];
    for (let at = 0; at < names.length && !this.#hasEnded(); at += AT_ONCE) {
      const pieces = await store.read(names.slice(at, at + AT_ONCE));
      for (const [name, bytes] of pieces) this.#kept.set(name, bytes.byteLength);
      unused.push(...(await keeper.loadTexts(pieces)));
    }
    return unused;
  }

  async #forget(names: readonly string[]): Promise<void> {
    if (names.length === 0 || this.#hasEnded()) return;
    for (const name of names) this.#kept.delete(name);
    await this.#write(names.map((name) => [name, null]));
  }

  /** Reads what is unread until the tree changes or nothing is left. */
  async #round(): Promise<void> {
    const changes = this.#changes;
    const files = await this.#unread();
    for (const group of inGroups(files)) {
      if (this.#isFull) break;
      if (!(await this.#free())) return;
      await this.#environment.alone(() => this.#readGroup(group), this.#signal);
      await wait(PACE, this.#signal);
      if (this.#changes !== changes) return;
    }
    if (files.length === 0 || this.#isFull) {
      this.#show({ status: this.#isFull ? 'full' : 'ready' });
      await this.#changed(changes);
    }
  }

  /** What is to be read, without what nobody can read. */
  async #unread(): Promise<Entry[]> {
    const { keeper, canRead } = this.#environment;
    for (;;) {
      const { files, unread, read, gone } = await keeper.unread();
      await this.#forget(gone).catch(() => undefined);
      const passed = files.filter((entry) => !canRead(entry));
      await keeper.passOver(passed.flatMap(({ id, version }) => (version === null ? [] : [{ node: id, version }])));
      const readable = files.filter(canRead);
      if (passed.length > 0 && readable.length === 0) continue;
      const total = read + unread - passed.length;
      this.#show({ read, total, ...(readable.length > 0 && this.#state.status === 'ready' && { status: 'reading' as const }) });
      return readable;
    }
  }

  async #readGroup(group: readonly Entry[]): Promise<void> {
    const { keeper, store, open, openTogether } = this.#environment;
    // Another window may have read some meanwhile.
    const pieces = await store.read(group.map(({ id }) => id)).catch(() => []);
    const left = new Set(pieces.length === 0 ? [] : await keeper.loadTexts(pieces));
    const taken = new Set(pieces.map(([name]) => name).filter((name) => !left.has(name)));
    const files = group.filter(({ id }) => !taken.has(id));
    this.#show({ read: this.#state.read + taken.size });
    const together = files.length > 1 ? openTogether(files, this.#signal) : [];
    for (const [index, entry] of files.entries()) {
      if (this.#isFull || this.#hasEnded()) return;
      const alone = (): Promise<Readable> => open(entry.id);
      // What is wrong with one of them is no fault of the others.
      const opened = together[index]?.().catch((error: unknown) => {
        if (this.#hasEnded() || isPassing(error)) throw error;
        return alone();
      });
      await this.#read(entry, () => opened ?? alone());
      this.#show({ read: this.#state.read + 1 });
    }
  }

  async #read(entry: Entry, open: () => Promise<Readable>): Promise<void> {
    const { keeper, extract } = this.#environment;
    const { id: node, version } = entry;
    if (version === null) return;
    const pass = (): Promise<void> => keeper.passOver([{ node, version }]);
    let text: string | null;
    try {
      const content = await open();
      try {
        if (content.version !== version) {
          await pass();
          return;
        }
        text = await extract(entry, content, this.#signal);
      } finally {
        content.close();
      }
    } catch (error) {
      if (this.#hasEnded() || isPassing(error)) throw error;
      // Of what went wrong otherwise nobody knows whether it will again: it is tried when the vault is opened the next time.
      if (!hasCode(error, ...UNREADABLE)) {
        await pass();
        return;
      }
      text = null;
    }
    if (!(await this.#keep(node, version, text))) {
      this.#isFull ||= (await keeper.entry(node))?.version === version;
      await pass();
    }
  }

  /** Whether there was room for it. */
  async #keep(node: string, version: string, text: string | null): Promise<boolean> {
    const piece = await this.#environment.keeper.indexText(node, version, text);
    if (piece === undefined) return false;
    if (this.#hasEnded()) return true;
    this.#kept.set(node, piece.byteLength);
    try {
      await this.#write([[node, piece]]);
    } catch {
      this.#isFull = true;
    }
    let kept = 0;
    for (const length of this.#kept.values()) kept += length;
    this.#isFull ||= kept > MOST_KEPT;
    return true;
  }

  #write(pieces: readonly Piece[]): Promise<void> {
    const written = this.#environment.store.write(pieces);
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** Waits until nothing else is to be done; false at the end. */
  async #free(): Promise<boolean> {
    const { busy, idle } = this.#environment;
    for (;;) {
      await idle();
      if (this.#hasEnded()) return false;
      const reason = busy();
      this.#show({ status: reason ?? 'reading' });
      if (reason === null) return true;
      await wait(LOOK, this.#signal).catch(() => undefined);
    }
  }

  /** Resolves a while after the tree has changed again. */
  async #changed(since: number): Promise<void> {
    if (this.#changes === since && !this.#hasEnded()) await new Promise<void>((resolve) => (this.#wake = resolve));
    await wait(QUIET, this.#signal).catch(() => undefined);
  }

  #show(change: Partial<TextsRead>): void {
    if (this.#hasEnded()) return;
    const before = this.#state;
    this.#state = { ...before, ...change };
    const isSame = (['status', 'read', 'total'] as const).every((field) => before[field] === this.#state[field]);
    if (!isSame || before.status === 'loading') this.#environment.show(this.#state);
  }
}
