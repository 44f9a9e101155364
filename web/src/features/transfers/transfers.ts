import type { AppError, Transfer, UploadItem } from '../../app/contract';
import type { ContentPool } from '../../crypto/content';
import type { FinishedUpload, PlannedUpload, ReopenedUpload, RunningKeeper } from '../../crypto/keeper';
import type { Entry } from '../../crypto/types';
import { Gate } from '../../crypto/feeding';
import { patiently } from '../../lib/patience';
import { hasCode, Problem, toProblem } from '../../lib/problem';
import type { CheckDetails } from '../tree/overtaken';
import type { MakeCommit } from '../tree/tree';
import { Board } from './board';
import { Committer } from './committer';
import { Drop } from './drop';
import type { KeptUploads } from './keptUploads';
import { pictureOf, type Picture } from './pictured';
import { Queue } from './queue';
import type { SaveStream } from './saveStream';
import { planZip, zipSource, type ZipEnvironment } from './zipContents';
import { cleanName } from './zipNames';

interface Environment {
  details: CheckDetails;
  manyDetails: ZipEnvironment['manyDetails'];
  contents: ZipEnvironment['contents'];
  keeper: RunningKeeper['remote'];
  pool: ContentPool;
  /** Makes a commit in these folders, waiting for the server as long as it takes. */
  commit(folders: readonly string[], make: MakeCommit): Promise<void>;
  /** Resolves once the whole tree was read. */
  treeRead(): Promise<void>;
  kept: Pick<KeptUploads, 'keep' | 'forget' | 'unfinished' | 'end'>;
  show(transfers: readonly Transfer[]): void;
  save: (content: Blob, name: string) => void;
  /** Saves while it arrives; null where that is not possible. */
  saveStream: (content: SaveStream) => Promise<void> | null;
  picture: Picture;
  /** What a folder holds, as it was verified. */
  list: ZipEnvironment['list'];
  now(): number;
}

interface Upload {
  direction: 'up';
  /** Where it goes; the folders on the way there may have to be made. */
  folder: string | null;
  /** Of what it was given with, and where it was in that; null for an upload of before. */
  from: { drop: Drop; path: readonly string[] } | null;
  /** None until it is chosen again, for an upload of before. */
  file: File | null;
  handle: FileSystemFileHandle | undefined;
  /** An upload of before, as it was kept. */
  kept: ReopenedUpload | null;
}

interface Download {
  direction: 'down';
  entry: Entry;
}

/** Several entries, or a folder, in one file. */
interface Zip {
  direction: 'down';
  name: string;
  entries: readonly Entry[];
}

type Work = Upload | Download | Zip;

/** Of files that are sent together, in bytes: sealed they are somewhat longer. */
const TINY = 192 * 1024;
/** Of a segment hash, and of the segment, in bytes. */
const [HASH, SEGMENT] = [32, 512 * 1024];

/** Uploads and downloads: a queue in front of the workers, and the list that the page shows. */
export class Transfers {
  readonly #environment: Environment;
  readonly #board: Board;
  readonly #queues = { up: new Queue(TINY), down: new Queue() };
  readonly #committer: Committer;
  readonly #work = new Map<string, Work>();
  /** One for each that is under way. */
  readonly #running = new Map<string, AbortController>();
  #ended = false;
  /** Of zips that are being made. */
  readonly #gates = new Map<string, Gate>();
  /** Plans of uploads that are being sent. */
  readonly #sending = new Map<string, { planned: PlannedUpload; handle: FileSystemFileHandle | undefined }>();
  /** Downloads are saved one after the other, in the order in which they were asked for. */
  #saving: Promise<unknown> = Promise.resolve();

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#board = new Board((transfers) => environment.show(transfers), () => environment.now());
    this.#committer = new Committer({
      commit: (folders, make) => environment.commit(folders, make),
      keeper: environment.keeper,
    });
  }

  get anyActive(): boolean {
    return this.#board.anyActive;
  }

  upload(folder: string, items: readonly (File | UploadItem)[]): void {
    const given = items.map((item): UploadItem => (item instanceof File ? { file: item, path: [] } : item));
    const drop = new Drop(this.#environment, folder, given.map(({ path }) => path));
    this.#add(given.map(({ file, path, handle }) => ({ direction: 'up', folder: null, from: { drop, path }, file, handle, kept: null })));
  }

  /** Folders without files, which no upload would make. */
  async createFolders(parent: string, paths: readonly (readonly string[])[]): Promise<void> {
    await new Drop(this.#environment, parent, paths).folder(paths[0] ?? []);
  }

  /** Takes up again what an earlier page has left. */
  async restore(): Promise<void> {
    for (const { planned, handle } of await this.#environment.kept.unfinished()) {
      if (this.#ended) return;
      const id = crypto.randomUUID();
      const done = Math.min(planned.size, (planned.known.byteLength / HASH) * SEGMENT);
      this.#work.set(id, { direction: 'up', folder: planned.folder, from: null, file: null, handle, kept: planned });
      this.#board.add({
        id,
        direction: 'up',
        name: planned.name,
        size: planned.size,
        done,
        speed: 0,
        secondsLeft: null,
        status: 'needs-file',
        wants: handle === undefined ? 'file' : 'permission',
      });
      if (handle !== undefined && (await permission(handle, false))) await this.#takeUp(id, handle);
    }
  }

  download(_folder: string, entries: readonly Entry[]): void {
    const [first] = entries;
    if (first === undefined) return;
    const isAlone = entries.length === 1;
    if (isAlone && first.kind === 'file') this.#add([{ direction: 'down', entry: first }]);
    else this.#add([{ direction: 'down', name: `${isAlone ? cleanName(first.name) : 'Strongroom'}.zip`, entries }]);
  }

  /** From the content workers: bytes of the file that are done. */
  progress(id: string, done: number): void {
    this.#board.progress(id, done);
  }

  cancel(id: string): void {
    const transfer = this.#board.find(id);
    const work = this.#work.get(id);
    if (work?.direction === 'up' && work.kept !== null && (transfer?.status === 'queued' || transfer?.status === 'needs-file')) {
      this.#giveUp(work, work.kept);
    }
    if (transfer?.status === 'needs-file') {
      this.#board.failed(id, cancelled());
      this.#work.delete(id);
    } else if (transfer?.status === 'queued' && this.#queues[transfer.direction].remove(id)) {
      this.#board.failed(id, cancelled());
    } else if (transfer?.status === 'running' || transfer?.status === 'paused') {
      this.#running.get(id)?.abort();
      this.#environment.pool.cancel(id);
    }
  }

  /** Everything that is not over. */
  cancelAll(): void {
    const active = this.#board.active();
    // Nothing that waits may begin because something else ends.
    for (const queue of [this.#queues.up, this.#queues.down]) queue.clear();
    for (const { id, status } of active) {
      if (status !== 'queued') {
        this.cancel(id);
        continue;
      }
      const work = this.#work.get(id);
      if (work?.direction === 'up' && work.kept !== null) this.#giveUp(work, work.kept);
      this.#board.failed(id, cancelled());
    }
  }

  retryAll(): void {
    for (const { id } of this.#board.failures()) this.retry(id);
  }

  pause(id: string): void {
    if (this.#board.find(id)?.status !== 'running') return;
    this.#environment.pool.pause(id);
    this.#gates.get(id)?.pause();
    this.#board.paused(id);
  }

  /** `file`: chosen again, for an upload that an earlier page has left. */
  resume(id: string, file?: File): void {
    const status = this.#board.find(id)?.status;
    if (status === 'paused') {
      this.#environment.pool.resume(id);
      this.#gates.get(id)?.resume();
      this.#board.resumed(id);
    } else if (status === 'needs-file') {
      const work = this.#work.get(id);
      if (work?.direction !== 'up') return;
      if (file !== undefined) this.#give(id, work, file);
      else if (work.handle !== undefined) void this.#ask(id, work.handle);
    }
  }

  /** Asks for the permission to read the file once more; without it the person can choose it. */
  async #ask(id: string, handle: FileSystemFileHandle): Promise<void> {
    if (await permission(handle, true)) await this.#takeUp(id, handle);
    else this.#board.wants(id, 'file');
  }

  async #takeUp(id: string, handle: FileSystemFileHandle): Promise<void> {
    const work = this.#work.get(id);
    try {
      const file = await handle.getFile();
      if (work?.direction === 'up') this.#give(id, work, file);
    } catch {
      // Moved or deleted.
      this.#board.wants(id, 'file');
    }
  }

  #give(id: string, work: Upload, file: File): void {
    work.file = file;
    this.#board.queueAgain(id);
    this.#enqueue(id, work);
  }

  retry(id: string): void {
    const work = this.#work.get(id);
    const status = this.#board.find(id)?.status;
    if (work === undefined || (status !== 'failed' && status !== 'cancelled')) return;
    if (work.direction === 'up' && work.from !== null) {
      work.folder = null;
      work.from.drop.again();
    }
    this.#board.queueAgain(id);
    this.#enqueue(id, work);
  }

  clearEnded(): void {
    for (const id of this.#board.clearEnded()) this.#work.delete(id);
  }

  /** The vault was locked: everything stops, and nothing is left to show. */
  end(): void {
    this.#ended = true;
    this.#queues.up.clear();
    this.#queues.down.clear();
    this.#work.clear();
    for (const controller of this.#running.values()) controller.abort();
    this.#environment.pool.end();
    this.#environment.kept.end();
    this.#board.clear();
  }

  #add(work: readonly Work[]): void {
    const added = work.map((item) => ({ id: crypto.randomUUID(), item }));
    this.#board.add(
      ...added.map(({ id, item }): Transfer => {
        const { name, size } = sourceOf(item);
        return { id, direction: item.direction, name, size, done: 0, speed: 0, secondsLeft: null, status: 'queued' };
      }),
    );
    for (const { id, item } of added) {
      this.#work.set(id, item);
      this.#enqueue(id, item);
    }
  }

  #enqueue(id: string, work: Work): void {
    const { size } = sourceOf(work);
    if (work.direction === 'up') this.#queues.up.add(id, size, () => this.#run(id, (signal) => this.#send(id, work, signal)));
    else if ('entry' in work) this.#queues.down.add(id, size, () => this.#run(id, (signal) => this.#fetch(id, work.entry, signal)));
    // How large it is comes out when everything in it was found.
    else this.#queues.down.add(id, Number.MAX_SAFE_INTEGER, () => this.#run(id, (signal) => this.#fetchZip(id, work, signal)));
  }

  async #run(id: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    this.#board.begin(id);
    try {
      await work(controller.signal);
    } catch (error) {
      this.#board.failed(id, controller.signal.aborted ? cancelled() : toProblem(error));
    } finally {
      this.#running.delete(id);
    }
  }

  /** Before anything is sent that would have to be sealed again: it can go on from there after a reload. */
  async keep(id: string, hashes: Uint8Array, address: string): Promise<void> {
    const sending = this.#sending.get(id);
    if (sending !== undefined) await this.#environment.kept.keep(sending.planned, hashes, address, sending.handle);
  }

  /** The server has given up what it had of an upload. */
  anew(id: string): void {
    this.#board.begunAnew(id, 'expired');
  }

  /** Resolves once the bytes are sent: the commit needs no place in the queue. */
  async #send(id: string, work: Upload, signal: AbortSignal): Promise<void> {
    const folder = work.folder ?? (await work.from?.drop.folder(work.from.path));
    if (folder === undefined) throw new Problem({ code: 'internal', message: 'There is no folder to put it into.' });
    work.folder = folder;
    await this.#committer.room();
    stopIfCancelled(signal);
    this.#committer.expect();
    try {
      const { plan, version, upload } = await this.#seal(id, folder, work, signal);
      this.#board.finishing(id);
      void this.#finish(id, version, { folder, plan, upload });
    } catch (error) {
      this.#committer.gone();
      throw error;
    }
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
      work.kept = null;
      if (before !== null && before.size !== length) {
        this.#giveUp(work, before);
        this.#board.begunAnew(id, 'changed');
        continue;
      }
      if (before === null) thumbnail ??= await pictureOf(picture, file, signal);
      const pictured = thumbnail === undefined ? {} : { thumbnail };
      const planned: PlannedUpload = before ?? (await keeper.planUpload(folder, { name, mediaType, modified, size: length, ...pictured }));
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

  #giveUp(work: Upload, before: ReopenedUpload): void {
    const { keeper, pool, kept } = this.#environment;
    work.kept = null;
    void keeper.dropUpload(before.plan).catch(() => undefined);
    void kept.forget(before.version);
    // Else it expires on the server by itself.
    void pool.remove(before.address).catch(() => undefined);
  }

  async #finish(id: string, version: string, upload: FinishedUpload): Promise<void> {
    const { kept } = this.#environment;
    try {
      await this.#committer.finished(upload);
      void kept.forget(version);
      this.#board.done(id);
      this.#work.delete(id);
    } catch (error) {
      if (!this.#ended) void kept.forget(version);
      this.#board.failed(id, toProblem(error));
    }
  }

  async #fetch(id: string, entry: Entry, signal: AbortSignal): Promise<void> {
    const { details, keeper, pool } = this.#environment;
    const planned = await patiently(() => details(entry.id, (served) => keeper.planDownload(entry.id, served)), signal);
    const { plan, size, contentLength, listLength, totalLength, version } = planned;
    try {
      stopIfCancelled(signal);
      const content = pool.open({ id, plan, node: entry.id, version, size, contentLength, listLength, totalLength });
      try {
        await this.#save({
          name: planned.name,
          size,
          feed: (port, start, end) => content.serve(port, start, end, true),
          collect: () => content.collect(),
        });
      } finally {
        content.close();
      }
      this.#board.done(id);
      this.#work.delete(id);
    } finally {
      void keeper.dropDownload(plan).catch(() => undefined);
    }
  }

  async #fetchZip(id: string, { name, entries }: Zip, signal: AbortSignal): Promise<void> {
    const gate = new Gate();
    this.#gates.set(id, gate);
    signal.addEventListener('abort', () => gate.resume(), { once: true });
    try {
      const { length, size, pieces } = await planZip(this.#environment, entries, signal);
      this.#board.sized(id, size);
      await this.#save({ name, size: length, ...zipSource(pieces, { gate, signal, progress: (done) => this.progress(id, done) }) });
      this.#board.done(id);
      this.#work.delete(id);
    } finally {
      this.#gates.delete(id);
    }
  }

  /** Straight to the disk where that is possible; else in memory first. */
  async #save({ collect, ...content }: SaveStream & { collect: () => Promise<Blob> }): Promise<void> {
    const { save, saveStream } = this.#environment;
    const { name } = content;
    try {
      const saving = saveStream(content);
      if (saving !== null) {
        await saving;
        return;
      }
    } catch (error) {
      if (!hasCode(error, 'not-begun')) throw error;
    }
    const whole = await collect();
    // Browsers drop downloads that are asked for in the same instant.
    this.#saving = this.#saving.then(() => {
      save(whole, name);
      return new Promise((resolve) => setTimeout(resolve, 300));
    });
    await this.#saving;
  }
}

/** What it is called and how long it is. */
function sourceOf(work: Work): { name: string; size: number } {
  if (work.direction === 'down') {
    if ('entry' in work) return work.entry;
    return { name: work.name, size: work.entries.reduce((sum, { kind, size }) => sum + (kind === 'file' ? size : 0), 0) };
  }
  return work.file ?? work.kept ?? { name: '', size: 0 };
}

/** Some browsers ask the person once more after a reload, if they may. */
async function permission(handle: FileSystemFileHandle, ask: boolean): Promise<boolean> {
  const asked = handle as FileSystemFileHandle & Record<'queryPermission' | 'requestPermission', ((mode: { mode: 'read' }) => Promise<PermissionState>) | undefined>;
  try {
    const state = await (ask ? asked.requestPermission : asked.queryPermission)?.call(handle, { mode: 'read' });
    return state === undefined || state === 'granted';
  } catch {
    return false;
  }
}

function stopIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled();
}

function cancelled(): Problem {
  const error: AppError = { code: 'cancelled', message: 'The transfer was cancelled.' };
  return new Problem(error);
}
