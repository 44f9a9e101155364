import type { FinishedUpload, RunningKeeper } from '../../crypto/keeper';
import type { MakeCommit } from '../tree/tree';

/** Files in one commit; the server takes up to a thousand changes. */
const MOST = 900;
/** How long the first finished file waits for company while others of its folder are on the way. */
const GATHER = 250;

interface Finished extends FinishedUpload {
  resolve: () => void;
  reject: (error: unknown) => void;
}

interface Environment {
  commit: (folder: string, make: MakeCommit) => Promise<void>;
  keeper: Pick<RunningKeeper['remote'], 'batchUploads' | 'commitUploads' | 'dropBatch'>;
}

interface Lane {
  waiting: Finished[];
  /** Files of this folder that are still being sent. */
  expected: number;
  busy: boolean;
  timer: ReturnType<typeof setTimeout> | null;
}

/** Puts files that finish together into one commit: a folder's head is made once for all of them. */
export class Committer {
  readonly #environment: Environment;
  readonly #lanes = new Map<string, Lane>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** A file of this folder has begun; call `finished` or `gone` once for it. */
  expect(folder: string): void {
    this.#lane(folder).expected += 1;
  }

  /** It will not come after all. */
  gone(folder: string): void {
    this.#lane(folder).expected -= 1;
    this.#consider(folder);
  }

  /** Resolves once the file is in the folder. */
  finished(folder: string, plan: number, upload: string): Promise<void> {
    const lane = this.#lane(folder);
    lane.expected -= 1;
    return new Promise((resolve, reject) => {
      lane.waiting.push({ plan, upload, resolve, reject });
      this.#consider(folder);
    });
  }

  #consider(folder: string): void {
    const lane = this.#lane(folder);
    if (lane.busy || lane.waiting.length === 0) return;
    if (lane.expected === 0 || lane.waiting.length >= MOST) {
      void this.#commit(folder, lane);
    } else {
      lane.timer ??= setTimeout(() => {
        lane.timer = null;
        if (!lane.busy && lane.waiting.length > 0) void this.#commit(folder, lane);
      }, GATHER);
    }
  }

  async #commit(folder: string, lane: Lane): Promise<void> {
    if (lane.timer !== null) clearTimeout(lane.timer);
    lane.timer = null;
    lane.busy = true;
    const batch = lane.waiting.splice(0, MOST);
    try {
      await this.#commitBatch(folder, batch.map(({ plan, upload }) => ({ plan, upload })));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      lane.busy = false;
      this.#consider(folder);
    }
  }

  async #commitBatch(folder: string, finished: readonly FinishedUpload[]): Promise<void> {
    const { commit, keeper } = this.#environment;
    const batch = await keeper.batchUploads(finished);
    try {
      await commit(folder, (now) => keeper.commitUploads(folder, batch, now));
    } finally {
      void keeper.dropBatch(batch).catch(() => undefined);
    }
  }

  #lane(folder: string): Lane {
    let lane = this.#lanes.get(folder);
    if (lane === undefined) {
      lane = { waiting: [], expected: 0, busy: false, timer: null };
      this.#lanes.set(folder, lane);
    }
    return lane;
  }
}
