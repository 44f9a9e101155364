import type { Api } from '../../api/api';
import type { Feed, RunningKeeper } from '../../crypto/keeper';
import { atLeast } from '../../lib/patience';
import { hasCode, isPassing, Problem, toProblem } from '../../lib/problem';
import { waitForNetwork } from '../../lib/wait';
import { isGone, type Tree } from './tree';

/** Pages in a row that say nothing and promise more: a feed without an end. */
const MOST_EMPTY = 50;
/** Seconds that the server may hold back the answer until something changes. */
const WAIT = 40;
const FIRST_DELAY = 1000;
const LONGEST_DELAY = 60_000;

interface Environment {
  api: Pick<Api, 'changes' | 'heads'>;
  keeper: Pick<RunningKeeper['remote'], 'applyChanges' | 'bridge' | 'restartFeed' | 'resumeFeed' | 'unopened'>;
  tree: Tree;
  rootId: string;
  page: Pick<Document, 'visibilityState' | 'addEventListener' | 'removeEventListener'>;
  /** Where the feed was left the last time; null: it begins with everything. */
  cursor: Promise<string | null> | null;
  onCursor(cursor: string): void;
  onProgress(state: 'reading' | 'ready' | 'away'): void;
  /** What the server got wrong: about one folder, or about the feed as a whole. */
  onCaught(error: unknown, folder: string | null): void;
}

/**
 * Follows the change feed until the tree ends: at first everything, then what
 * changes, as it happens while the page is looked at. What does not prove itself
 * is looked at.
 */
export class Follower {
  readonly #environment: Environment;
  #cursor: string | null = null;
  #caughtUp = false;
  #emptyPages = 0;
  /** The folder that is being looked at. */
  #about: string | null = null;
  #first: Promise<void>;
  #resolveFirst: () => void = () => undefined;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#first = new Promise((resolve) => {
      this.#resolveFirst = resolve;
    });
  }

  /** Resolves once everything has been read for the first time. */
  get complete(): Promise<void> {
    return this.#first;
  }

  async run(): Promise<void> {
    const environment = this.#environment;
    const { ended } = environment.tree;
    let delay = FIRST_DELAY;
    environment.onProgress('reading');
    this.#cursor = await environment.cursor;
    while (!ended.aborted) {
      try {
        if (this.#caughtUp) await this.#visible(ended);
        await this.#step(ended);
        delay = FIRST_DELAY;
        if (this.#caughtUp) {
          environment.onProgress('ready');
          this.#resolveFirst();
        }
      } catch (error) {
        if (isAborted(ended)) return;
        if (this.#cursor !== null && hasCode(error, 'BAD_REQUEST')) {
          // A restored backup, or another history than before: all that is known is compared with it.
          this.#cursor = null;
          await environment.keeper.restartFeed();
        } else if (isPassing(error)) environment.onProgress('away');
        else environment.onCaught(error, this.#about);
        await this.#pause(atLeast(delay, error), ended);
        delay = Math.min(LONGEST_DELAY, 2 * delay);
        // What changed meanwhile is asked for at once, not waited for.
        this.#caughtUp = false;
      }
    }
  }

  /** For so many milliseconds; where the tree's own root could not be opened, until something is accepted. */
  async #pause(delay: number, ended: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const { tree, rootId } = this.#environment;
    const leave = this.#about === rootId ? tree.subscribe(() => woken.abort()) : () => undefined;
    await waitForNetwork(delay, AbortSignal.any([ended, woken.signal])).catch(() => undefined);
    leave();
  }

  async #step(ended: AbortSignal): Promise<void> {
    const environment = this.#environment;
    const { api, keeper, tree, rootId } = environment;
    this.#about = rootId;
    await tree.ensure(rootId);
    this.#about = null;
    const body = await api.changes(this.#cursor, this.#caughtUp ? WAIT : 0, ended);
    const feed = await keeper.applyChanges(body);
    this.#emptyPages = feed.empty && feed.more ? this.#emptyPages + 1 : 0;
    if (this.#emptyPages > MOST_EMPTY) throw new Problem({ code: 'bad-answer', message: 'The change feed has no end.' });
    await this.#work(feed);
    if (!feed.more) await this.#openRest();
    this.#cursor = feed.cursor;
    this.#caughtUp = !feed.more;
    environment.onCursor(feed.cursor);
  }

  /** Fetches what is missing between heads, and looks at what does not prove itself. */
  async #work(first: Feed): Promise<void> {
    const { api, keeper, tree } = this.#environment;
    const changed = new Set(first.changed);
    const look = new Set(first.look);
    let feed: Pick<Feed, 'changed' | 'gaps' | 'look'> = first;
    const bridged = new Set<string>();
    const bridge = async (): Promise<void> => {
      for (let gap = feed.gaps.find(({ folder }) => !bridged.has(folder)); gap !== undefined; gap = feed.gaps.find(({ folder }) => !bridged.has(folder))) {
        bridged.add(gap.folder);
        const heads = await api.heads(gap.folder, gap.after, gap.before).catch((error: unknown) => {
          if (isGone(error)) return [];
          throw error;
        });
        feed = await keeper.bridge(gap.folder, heads);
        for (const id of feed.changed) changed.add(id);
        for (const id of feed.look) look.add(id);
      }
    };
    await bridge();
    for (const folder of look) {
      await this.#look(folder);
      feed = await keeper.resumeFeed();
      for (const id of feed.changed) changed.add(id);
      for (const id of feed.look) look.add(id);
      await bridge();
    }
    await tree.changed([...changed]);
  }

  /** Folders that were seen and not opened, because what led to them had to be looked at. */
  async #openRest(): Promise<void> {
    const tried = new Set<string>();
    for (let rest = await this.#environment.keeper.unopened(); rest.length > 0; rest = await this.#environment.keeper.unopened()) {
      const fresh = rest.filter((id) => !tried.has(id));
      if (fresh.length === 0) return;
      for (const id of fresh) {
        tried.add(id);
        await this.#look(id);
      }
    }
  }

  /** A finding is the folder's own; it holds up nothing else. */
  async #look(folder: string): Promise<void> {
    try {
      await this.#environment.tree.refresh(folder);
    } catch (error) {
      if (isPassing(error) || hasCode(error, 'cancelled')) throw toProblem(error);
    }
  }

  /** Resolves once the page is looked at. */
  #visible(ended: AbortSignal): Promise<void> {
    const { page } = this.#environment;
    if (page.visibilityState === 'visible') return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        if (page.visibilityState !== 'visible' && !ended.aborted) return;
        page.removeEventListener('visibilitychange', done);
        ended.removeEventListener('abort', done);
        resolve();
      };
      page.addEventListener('visibilitychange', done);
      ended.addEventListener('abort', done);
    });
  }
}

/** Asked anew: it may have happened while something else was waited for. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
