import type { PlannedUpload, ReopenedUpload, RunningKeeper } from '../../crypto/keeper';
import { removeUpload, saveUpload, uploadsOf, type UploadRecord } from '../../lib/database';
import { hasCode, Problem } from '../../lib/problem';

/** An upload that was begun before this page, or before the vault was locked. */
export interface Unfinished {
  planned: ReopenedUpload;
  /** Where the browser finds the file again, if it can. */
  handle: FileSystemFileHandle | undefined;
}

interface Environment {
  userId: string;
  keeper: Pick<RunningKeeper['remote'], 'sealUpload' | 'reopenUpload' | 'hasUpload' | 'dropUpload'>;
  locks: LockManager;
  /** Resolves once what the device keeps of the tree is there. */
  ready?: Promise<unknown>;
  /** Sees to it that the vault knows a folder. */
  ensureFolder(folder: string): Promise<void>;
  store?: { save(record: UploadRecord): Promise<void>; of(userId: string): Promise<UploadRecord[]>; remove(id: string): Promise<void> };
}

/** What this device keeps of uploads under way, sealed; each belongs to one tab at a time. */
export class KeptUploads {
  readonly #environment: Environment;
  readonly #store: NonNullable<Environment['store']>;
  readonly #held = new Map<string, () => void>();
  /** Versions of which there is a record. */
  readonly #stored = new Set<string>();

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#store = environment.store ?? { save: saveUpload, of: uploadsOf, remove: removeUpload };
  }

  /**
   * Resolves when it is kept. Without a place to keep it in, the upload goes on all the same, but not
   * after a reload. Rejects with `not-kept` when neither that can be written nor what was kept before be
   * removed: a record of less than was sent would have other bytes sealed under the same key.
   */
  async keep({ plan, version }: PlannedUpload, hashes: Uint8Array, address: string, handle?: FileSystemFileHandle): Promise<void> {
    const { keeper, userId } = this.#environment;
    const sealed = (await keeper.sealUpload(plan, hashes, address)) as Uint8Array<ArrayBuffer>;
    if (!this.#held.has(version) && !(await this.#hold(version))) return;
    const record: UploadRecord = { id: version, userId, sealed, ...(handle === undefined ? {} : { handle }) };
    try {
      await this.#store.save(record);
      this.#stored.add(version);
    } catch (cause) {
      if (this.#stored.has(version)) await this.#withdraw(version, cause);
    }
  }

  async #withdraw(version: string, cause: unknown): Promise<void> {
    try {
      await this.#store.remove(version);
      this.#stored.delete(version);
    } catch {
      throw new Problem({ code: 'not-kept', message: 'It cannot be noted how much was sent.' }, { cause });
    }
  }

  /** It is done, or given up. */
  async forget(version: string): Promise<void> {
    await this.#store.remove(version).catch(() => undefined);
    this.#release(version);
  }

  /** What another page has left, and no other tab goes on with. */
  async unfinished(): Promise<Unfinished[]> {
    const { keeper, userId } = this.#environment;
    const found: Unfinished[] = [];
    await this.#environment.ready;
    for (const { id, sealed, handle } of await this.#store.of(userId).catch(() => [])) {
      if (!(await this.#hold(id))) continue;
      this.#stored.add(id);
      let planned: ReopenedUpload;
      try {
        planned = await keeper.reopenUpload(id, sealed);
      } catch (error) {
        // Its file is not known yet, or not any more; else it is of another account key, and nobody can go on with it.
        if (hasCode(error, 'no-such-entry')) this.#release(id);
        else await this.forget(id);
        continue;
      }
      try {
        await this.#environment.ensureFolder(planned.folder);
        if (!(await keeper.hasUpload(planned.plan))) {
          found.push({ planned, handle });
          continue;
        }
        // It was done; only the answer was lost.
        await this.forget(id);
      } catch {
        // The folder is not there now; the next page tries again.
        this.#release(id);
      }
      await keeper.dropUpload(planned.plan).catch(() => undefined);
    }
    return found;
  }

  /** The vault was locked: another tab, or this one later, may go on. */
  end(): void {
    for (const id of [...this.#held.keys()]) this.#release(id);
  }

  #release(id: string): void {
    this.#held.get(id)?.();
    this.#held.delete(id);
  }

  #hold(id: string): Promise<boolean> {
    return new Promise((resolve) => {
      const asked = this.#environment.locks.request(`strongroom-upload-${id}`, { ifAvailable: true }, (lock) => {
        if (lock === null) {
          resolve(false);
          return undefined;
        }
        return new Promise<void>((release) => {
          this.#held.set(id, release);
          resolve(true);
        });
      });
      asked.catch(() => resolve(false));
    });
  }
}
