import type { FinishedUpload, PlannedUpload, ReopenedUpload, RunningKeeper } from '../../crypto/keeper';
import type { ContentPool } from '../../crypto/content';
import { hasCode, Problem, toProblem } from '../../lib/problem';
import type { CheckDetails } from '../tree/overtaken';
import type { MakeCommit } from '../tree/tree';
import type { Board } from './board';
import { stopIfCancelled } from './cancelled';
import { Committer } from './committer';
import type { Drop } from './drop';
import type { KeptUploads } from './keptUploads';
import { pictureOf, type Picture } from './pictured';

export interface Upload {
  direction: 'up';
  /** As it is shown. */
  name: string;
  /** Where it goes; the folders on the way there may have to be made. */
  folder: string | null;
  /** The file of which it becomes a new version; null: a new file. */
  node: string | null;
  /** Of what it was given with, and where it was in that; null for a new version, and for an upload of before. */
  from: { drop: Drop; path: readonly string[] } | null;
  /** None until it is chosen again, for an upload of before. */
  file: File | null;
  handle: FileSystemFileHandle | undefined;
  /** An upload of before, as it was kept. */
  kept: ReopenedUpload | null;
}

export interface UploadsEnvironment {
  details: CheckDetails;
  keeper: RunningKeeper['remote'];
  pool: ContentPool;
  /** Makes a commit in these folders, waiting for the server as long as it takes. */
  commit(folders: readonly string[], make: MakeCommit): Promise<void>;
  kept: Pick<KeptUploads, 'keep' | 'forget'>;
  picture: Picture;
}

/** Seals and sends files, and puts them into their folders. */
export class Uploads {
  readonly #environment: UploadsEnvironment;
  readonly #board: Board;
  readonly #onDone: (id: string) => void;
  readonly #committer: Committer;
  /** Plans of uploads that are being sent. */
  readonly #sending = new Map<string, { planned: PlannedUpload; handle: FileSystemFileHandle | undefined }>();
  #ended = false;

  constructor(environment: UploadsEnvironment, board: Board, onDone: (id: string) => void) {
    this.#environment = environment;
    this.#board = board;
    this.#onDone = onDone;
    this.#committer = new Committer({
      commit: (folders, make) => environment.commit(folders, make),
      keeper: environment.keeper,
    });
  }

  /** Before anything is sent that would have to be sealed again: it can go on from there after a reload. */
  async keep(id: string, hashes: Uint8Array, address: string): Promise<void> {
    const sending = this.#sending.get(id);
    if (sending !== undefined) await this.#environment.kept.keep(sending.planned, hashes, address, sending.handle);
  }

  /** Resolves once the bytes are sent: the commit needs no place in the queue. */
  async send(id: string, work: Upload, signal: AbortSignal): Promise<void> {
    if (work.node !== null) {
      const sealed = await this.#seal(id, work.folder ?? '', work, signal);
      this.#board.finishing(id);
      void this.#finish(id, sealed.version, () => this.#commitVersion(work.node ?? '', sealed));
      return;
    }
    const folder = work.folder ?? (await work.from?.drop.folder(work.from.path));
    if (folder === undefined) throw new Problem({ code: 'internal', message: 'There is no folder to put it into.' });
    work.folder = folder;
    await this.#committer.room();
    stopIfCancelled(signal);
    this.#committer.expect();
    try {
      const { plan, version, upload } = await this.#seal(id, folder, work, signal);
      this.#board.finishing(id);
      void this.#finish(id, version, () => this.#committer.finished({ folder, plan, upload }));
    } catch (error) {
      this.#committer.gone();
      throw error;
    }
  }

  /** Forgets what was kept of an upload of before. */
  giveUp(work: Upload): void {
    const { keeper, pool, kept } = this.#environment;
    const before = work.kept;
    if (before === null) return;
    work.kept = null;
    void keeper.dropUpload(before.plan).catch(() => undefined);
    void kept.forget(before.version);
    // Else it expires on the server by itself.
    void pool.remove(before.address).catch(() => undefined);
  }

  /** The vault was locked: what is kept stays as it is. */
  end(): void {
    this.#ended = true;
  }

  /** Seals and sends the bytes. What is no longer the file that it was begins anew, under another key. */
  async #seal(id: string, folder: string, work: Upload, signal: AbortSignal): Promise<{ plan: number; version: string; upload: string }> {
    const { keeper, pool, kept, picture } = this.#environment;
    const { file, handle } = work;
    if (file === null) throw new Problem({ code: 'internal', message: 'There is no file to send.' });
    const { name, type: mediaType, lastModified: modified, size: length } = file;
    // What goes on has its picture sealed already.
    let thumbnail: Uint8Array | undefined;
    for (;;) {
      const before = work.kept;
      if (before !== null && before.size !== length) {
        this.giveUp(work);
        this.#board.begunAnew(id, 'changed');
        continue;
      }
      work.kept = null;
      if (before === null) thumbnail ??= await pictureOf(picture, file, signal);
      const described = { name, mediaType, modified, size: length, ...(thumbnail === undefined ? {} : { thumbnail }) };
      const planned = before ?? (await (work.node === null ? keeper.planUpload(folder, described) : keeper.planVersion(work.node, described)));
      try {
        stopIfCancelled(signal);
        const { plan, version, key, nonce, header, known, size, totalLength } = planned;
        this.#sending.set(id, { planned, handle });
        const upload = await pool.upload({ id, plan, file, key, nonce, header, known, size, totalLength, address: before?.address ?? null });
        return { plan, version, upload };
      } catch (error) {
        void keeper.dropUpload(planned.plan).catch(() => undefined);
        // A vault that was locked leaves it as it is kept.
        if (!this.#ended) void kept.forget(planned.version);
        const isOther = before !== null && hasCode(error, 'file-changed');
        if (!isOther && !hasCode(error, 'upload-expired')) throw error;
        this.#board.begunAnew(id, isOther ? 'changed' : 'expired');
      } finally {
        this.#sending.delete(id);
      }
    }
  }

  /** On top of whatever is current by then, which stays among the versions. */
  async #commitVersion(node: string, { plan, upload }: Omit<FinishedUpload, 'folder'>): Promise<void> {
    const environment = this.#environment;
    const { details, keeper } = environment;
    try {
      // It may have been moved meanwhile.
      const entry = await keeper.entry(node);
      if (entry === undefined) throw new Problem({ code: 'no-such-entry', message: 'The file is not here any more.' });
      await environment.commit([entry.folder], (now) => details(node, (served) => keeper.commitVersion(plan, upload, served, undefined, now)));
    } finally {
      void keeper.dropUpload(plan).catch(() => undefined);
    }
  }

  async #finish(id: string, version: string, commit: () => Promise<void>): Promise<void> {
    const { kept } = this.#environment;
    try {
      await commit();
      void kept.forget(version);
      this.#board.done(id);
      this.#onDone(id);
    } catch (error) {
      if (!this.#ended) void kept.forget(version);
      this.#board.failed(id, toProblem(error));
    }
  }
}
