import type { App, AppError } from '../../app/contract';
import type { Entry, EntryEdit } from '../../crypto/types';
import { Mutex } from '../../lib/mutex';
import { hasCode, isPassing, Problem, toProblem } from '../../lib/problem';

/** What somebody wants to be noted about an entry. Tags are wished for, or wished away, one by one. */
export interface Wish {
  starred?: boolean;
  tags?: Readonly<Record<string, boolean>>;
  category?: string;
  description?: string;
}

/** A wish that is not known to be stored. */
export interface OpenWish extends Wish {
  /** Why the last try failed; what was typed waits for the next. */
  error?: AppError;
}

/** An entry as it will be. */
export function withWish(entry: Entry, wish: Wish | undefined): Entry {
  if (wish === undefined) return entry;
  const { starred = entry.starred, category = entry.category, description = entry.description } = wish;
  return { ...entry, starred, category, description, tags: withTags(entry.tags, wish.tags) };
}

function withTags(tags: readonly string[], wished: Wish['tags'] = {}): string[] {
  const added = Object.keys(wished).filter((tag) => wished[tag] === true && !tags.includes(tag));
  return [...tags.filter((tag) => wished[tag] !== false), ...added];
}

/**
 * What was noted and is on its way, or could not be stored: shown in place of what is stored, so
 * that the next wish is made from it. Sent one after the other, each from the entry as it is by then.
 */
export class Wishes {
  readonly #app: Pick<App, 'entry' | 'edit'>;
  readonly #open = new Map<string, OpenWish>();
  readonly #listeners = new Set<() => void>();
  readonly #turn = new Mutex();

  constructor(app: Pick<App, 'entry' | 'edit'>) {
    this.#app = app;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The same object until it changes. */
  of(id: string): OpenWish | undefined {
    return this.#open.get(id);
  }

  isStarred(entry: Entry): boolean {
    return this.of(entry.id)?.starred ?? entry.starred;
  }

  /** Whether something is on its way, or waits for the server to be reached. */
  get hasUnsaved(): boolean {
    return [...this.#open.values()].some(({ error }) => error === undefined || isPassing(new Problem(error)));
  }

  /** Rejects when it was not stored: a star is as it was then, what was typed stays and is sent with the next wish. */
  note(id: string, { tags, ...rest }: Wish): Promise<void> {
    const before: OpenWish = { ...this.of(id) };
    delete before.error;
    this.#set(id, { ...before, ...rest, ...(tags !== undefined && { tags: { ...before.tags, ...tags } }) });
    return this.#turn.run(() => this.#send(id));
  }

  /** All of them at once. */
  star(ids: readonly string[], starred: boolean): Promise<void> {
    for (const id of ids) this.#set(id, { ...this.of(id), starred });
    return this.#turn.run(async () => {
      const still = ids.filter((id) => this.of(id)?.starred === starred);
      try {
        if (still.length > 0) await this.#app.edit(still, { starred });
      } finally {
        for (const id of still) this.#settle(id, { starred });
      }
    });
  }

  /** Sends again what was not stored; true when nothing is left. Never rejects. */
  async flush(): Promise<boolean> {
    await Promise.all([...this.#open.keys()].map((id) => this.#turn.run(() => this.#send(id)).catch(() => undefined)));
    return !this.hasUnsaved;
  }

  async #send(id: string): Promise<void> {
    const sent = this.of(id);
    // An earlier turn may have sent it.
    if (sent === undefined) return;
    try {
      const tags = sent.tags === undefined ? undefined : withTags((await this.#app.entry(id))?.tags ?? [], sent.tags);
      await this.#app.edit([id], { ...editOf(sent), ...(tags !== undefined && { tags }) });
    } catch (reason) {
      const problem = toProblem(reason);
      this.#settle(id, hasCode(problem, 'no-such-entry') ? sent : { starred: sent.starred }, problem.toJSON());
      throw problem;
    }
    this.#settle(id, sent);
  }

  /** What is wished as it was `then` is not open any more. */
  #settle(id: string, then: Wish, error = this.of(id)?.error): void {
    const now = this.of(id);
    if (now === undefined) return;
    const tags = Object.entries(now.tags ?? {}).filter(([tag, isWanted]) => then.tags?.[tag] !== isWanted);
    const left: Wish = {
      ...(now.starred !== then.starred && { starred: now.starred }),
      ...(now.category !== then.category && { category: now.category }),
      ...(now.description !== then.description && { description: now.description }),
      ...(tags.length > 0 && { tags: Object.fromEntries(tags) }),
    };
    this.#set(id, Object.keys(left).length === 0 ? undefined : { ...left, ...(error !== undefined && { error }) });
  }

  #set(id: string, wish: OpenWish | undefined): void {
    if (wish === undefined) this.#open.delete(id);
    else this.#open.set(id, wish);
    for (const listener of [...this.#listeners]) listener();
  }
}

/** But for the tags, which are made from those of then. */
function editOf({ starred, category, description }: Wish): EntryEdit {
  return { ...(starred !== undefined && { starred }), ...(category !== undefined && { category }), ...(description !== undefined && { description }) };
}
