import type { FinishedUpload, RunningKeeper } from '../../crypto/keeper';
import { hasCode, isPassing, Problem } from '../../lib/problem';
import type { MakeCommit } from '../tree/tree';

/** Files in one commit; the server takes up to a thousand changes. */
const MOST = 900;
/** How long the first finished file waits for company while others are on the way. */
const GATHER = 250;
/** Finished files that may wait: the server keeps only so many uploads that nobody has put into a folder. */
const ROOM = 2 * MOST;

interface Finished extends FinishedUpload {
  resolve: () => void;
  reject: (error: unknown) => void;
}

interface Environment {
  commit: (folders: readonly string[], make: MakeCommit) => Promise<void>;
  keeper: Pick<RunningKeeper['remote'], 'batchUploads' | 'commitUploads' | 'dropBatch' | 'withdrawUploads'>;
}

/** Puts files that finish together into one commit, whatever folders they are of: each folder's head is made once for all of its files. */
export class Committer {
  readonly #environment: Environment;
  #waiting: Finished[] = [];
  /** Files that are still being sent. */
  #expected = 0;
  #isBusy = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #inLine: (() => void)[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Resolves once another file may be sent. */
  room(): Promise<void> {
    if (this.#waiting.length < ROOM) return Promise.resolve();
    return new Promise((resolve) => void this.#inLine.push(resolve));
  }

  /** A file has begun; call `finished` or `gone` once for it. */
  expect(): void {
    this.#expected += 1;
  }

  /** It will not come after all. */
  gone(): void {
    this.#expected -= 1;
    this.#consider();
  }

  /** Resolves once the file is in the folder. */
  finished(upload: FinishedUpload): Promise<void> {
    this.#expected -= 1;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...upload, resolve, reject });
      this.#consider();
    });
  }

  #consider(): void {
    if (this.#isBusy || this.#waiting.length === 0) return;
    if (this.#expected === 0 || this.#waiting.length >= MOST) {
      void this.#commitNext();
    } else {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        if (!this.#isBusy && this.#waiting.length > 0) void this.#commitNext();
      }, GATHER);
    }
  }

  async #commitNext(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isBusy = true;
    const batch = this.#waiting.splice(0, MOST);
    for (const next of this.#inLine.splice(0)) next();
    try {
      await this.#commit(batch);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#isBusy = false;
      this.#consider();
    }
  }

  async #commit(batch: readonly Finished[]): Promise<void> {
    const { keeper } = this.#environment;
    const id = await keeper.batchUploads(batch.map(({ folder, plan, upload }) => ({ folder, plan, upload })));
    try {
      await this.#commitBatch(id, batch);
    } finally {
      void keeper.dropBatch(id).catch(() => undefined);
    }
  }

  async #commitBatch(id: number, batch: readonly Finished[]): Promise<void> {
    const { commit, keeper } = this.#environment;
    const folders = [...new Set(batch.map(({ folder }) => folder))];
    try {
      await commit(folders, (now) => keeper.commitUploads(id, undefined, now));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      const lost = new Set(error instanceof Problem ? error.uploads : []);
      const left = batch.filter(({ upload }) => !lost.has(upload));
      if (left.length < batch.length) {
        // They have to be sent again; the others need not.
        for (const { upload, reject } of batch) if (lost.has(upload)) reject(error);
        await keeper.withdrawUploads(id, [...lost]);
        if (left.length > 0) await this.#commitBatch(id, left);
        return;
      }
      if (folders.length === 1 || isPassing(error) || hasCode(error, 'cancelled', 'session-ended')) throw error;
      // What is wrong with one folder is nothing to the others.
      for (const folder of folders) {
        const ended = await commit([folder], (now) => keeper.commitUploads(id, folder, now)).then(
          () => null,
          (reason: unknown) => ({ reason }),
        );
        for (const { folder: own, resolve, reject } of batch) {
          if (own !== folder) continue;
          if (ended === null) resolve();
          else reject(ended.reason);
        }
      }
    }
  }
}
