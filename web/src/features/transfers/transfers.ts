import type { NotRead, Transfer, UploadItem, UploadRest } from '../../app/contract';
import type { Entry } from '../../crypto/types';
import { toProblem } from '../../lib/problem';
import { Board } from './board';
import { cancelled } from './cancelled';
import { Downloads, type Download, type DownloadsEnvironment, type Zip } from './downloads';
import { Drop, type DropEnvironment } from './drop';
import type { KeptUploads } from './keptUploads';
import { sift, type LeftOut } from './leftOut';
import { mayRead } from './permission';
import { Queue } from './queue';
import { Uploads, type Upload, type UploadsEnvironment } from './uploads';
import { cleanName } from './zipNames';

interface Environment extends UploadsEnvironment, DownloadsEnvironment, Pick<DropEnvironment, 'treeRead'> {
  kept: Pick<KeptUploads, 'keep' | 'forget' | 'unfinished' | 'end'>;
  show(transfers: readonly Transfer[]): void;
  now(): number;
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
  readonly #uploads: Uploads;
  readonly #downloads: Downloads;
  readonly #work = new Map<string, Work>();
  /** One for each that is under way. */
  readonly #running = new Map<string, AbortController>();
  #ended = false;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#board = new Board((transfers) => environment.show(transfers), () => environment.now());
    const over = (id: string): void => void this.#work.delete(id);
    this.#uploads = new Uploads(environment, this.#board, over);
    this.#downloads = new Downloads(environment, this.#board, over);
  }

  get anyActive(): boolean {
    return this.#board.anyActive;
  }

  /** What cannot be stored under its name, or not be read, is listed; everything else goes up. */
  upload(folder: string, items: readonly (File | UploadItem)[], { empty = [], notRead = [] }: UploadRest = {}): void {
    const given = items.map((item): UploadItem => (item instanceof File ? { file: item, path: [] } : item));
    const { files, folders, leftOut } = sift(given, empty);
    const drop = new Drop(this.#environment, folder, [...files.map(({ path }) => path), ...folders]);
    this.#add(files.map(({ file, path, handle }) => ({ direction: 'up', name: file.name, folder: null, node: null, from: { drop, path }, file, handle, kept: null })));
    this.#leaveOut([...leftOut, ...notRead.map(unread)]);
    void this.#makeEmpty(drop, folders);
  }

  /** What becomes a new version of a file; it keeps its name. */
  uploadVersion({ id, name, folder }: Entry, { file, handle }: Omit<UploadItem, 'path'>): void {
    this.#add([{ direction: 'up', name, folder, node: id, from: null, file, handle, kept: null }]);
  }

  /** Takes up again what an earlier page has left. */
  async restore(): Promise<void> {
    await this.#restoreKnown();
    // What belongs to something that this device had not read yet.
    await this.#environment.treeRead();
    await this.#restoreKnown();
  }

  async #restoreKnown(): Promise<void> {
    for (const { planned, handle } of await this.#environment.kept.unfinished()) {
      if (this.#ended) return;
      const id = crypto.randomUUID();
      const done = Math.min(planned.size, (planned.known.byteLength / HASH) * SEGMENT);
      const node = planned.isNew ? null : planned.node;
      this.#work.set(id, { direction: 'up', name: planned.name, folder: planned.folder, node, from: null, file: null, handle, kept: planned });
      const wants = handle === undefined ? 'file' : 'permission';
      this.#board.add([{ id, direction: 'up', name: planned.name, size: planned.size, done, speed: 0, secondsLeft: null, status: 'needs-file', wants }]);
      if (handle !== undefined && (await mayRead(handle, false))) await this.#takeUp(id, handle);
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
  comparing(id: string, done: number): void {
    this.#board.comparing(id, done);
  }

  progress(id: string, done: number): void {
    this.#board.progress(id, done);
  }

  cancel(id: string): void {
    const transfer = this.#board.find(id);
    const work = this.#work.get(id);
    if (work?.direction === 'up' && (transfer?.status === 'queued' || transfer?.status === 'needs-file')) this.#uploads.giveUp(work);
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
      if (work?.direction === 'up') this.#uploads.giveUp(work);
      this.#board.failed(id, cancelled());
    }
  }

  retryAll(): void {
    for (const { id } of this.#board.failures()) this.retry(id);
  }

  pause(id: string): void {
    if (this.#board.find(id)?.status !== 'running') return;
    this.#environment.pool.pause(id);
    this.#downloads.pause(id);
    this.#board.paused(id);
  }

  /** `chosen`: once more, for an upload that an earlier page has left. */
  resume(id: string, chosen?: Omit<UploadItem, 'path'>): void {
    const status = this.#board.find(id)?.status;
    if (status === 'paused') {
      this.#environment.pool.resume(id);
      this.#downloads.resume(id);
      this.#board.resumed(id);
    } else if (status === 'needs-file') {
      const work = this.#work.get(id);
      if (work?.direction !== 'up') return;
      if (chosen !== undefined) this.#give(id, work, chosen.file, chosen.handle);
      else if (work.handle !== undefined) void this.#ask(id, work.handle);
    }
  }

  /** Asks for the permission to read the file once more; without it the person can choose it. */
  async #ask(id: string, handle: FileSystemFileHandle): Promise<void> {
    if (await mayRead(handle, true)) await this.#takeUp(id, handle);
    else this.#board.wants(id, 'file');
  }

  async #takeUp(id: string, handle: FileSystemFileHandle): Promise<void> {
    const work = this.#work.get(id);
    try {
      const file = await handle.getFile();
      if (work?.direction === 'up') this.#give(id, work, file, handle);
    } catch {
      // Moved or deleted.
      this.#board.wants(id, 'file');
    }
  }

  #give(id: string, work: Upload, file: File, handle: FileSystemFileHandle | undefined): void {
    work.file = file;
    work.handle = handle;
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

  /** Removes one that is over from the list. */
  dismiss(id: string): void {
    if (this.#board.remove(id)) this.#work.delete(id);
  }

  clearEnded(): void {
    for (const id of this.#board.clearEnded()) this.#work.delete(id);
  }

  /** The vault was locked: everything stops, and nothing is left to show. */
  end(): void {
    this.#ended = true;
    this.#uploads.end();
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
      added.map(({ id, item }): Transfer => {
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
    if (work.direction === 'up') this.#queues.up.add(id, size, () => this.#run(id, (signal) => this.#uploads.send(id, work, signal)));
    else if ('entry' in work) this.#queues.down.add(id, size, () => this.#run(id, (signal) => this.#downloads.fetch(id, work.entry, signal)));
    // How large it is comes out when everything in it was found.
    else this.#queues.down.add(id, Number.MAX_SAFE_INTEGER, () => this.#run(id, (signal) => this.#downloads.fetchZip(id, work, signal)));
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
  keep(id: string, hashes: Uint8Array, address: string): Promise<void> {
    return this.#uploads.keep(id, hashes, address);
  }

  /** The server has given up what it had of an upload. */
  anew(id: string): void {
    this.#board.begunAnew(id, 'expired');
  }

  /** Folders without files, which no upload would make. */
  async #makeEmpty(drop: Drop, paths: readonly (readonly string[])[]): Promise<void> {
    for (const path of paths) {
      try {
        await drop.folder(path);
      } catch (error) {
        if (!this.#ended) this.#leaveOut([{ kind: 'folder', name: path.at(-1) ?? '', files: 0, error: toProblem(error).toJSON() }]);
      }
    }
  }

  #leaveOut(items: readonly LeftOut[]): void {
    if (items.length === 0) return;
    this.#board.add(
      items.map(({ kind, name, files, error }): Transfer => {
        return { id: crypto.randomUUID(), direction: 'up', name, size: 0, done: 0, speed: 0, secondsLeft: null, status: 'failed', error, leftOut: { kind, files } };
      }),
    );
  }
}

/** What it is called and how long it is. */
function sourceOf(work: Work): { name: string; size: number } {
  if (work.direction === 'down') {
    if ('entry' in work) return work.entry;
    return { name: work.name, size: work.entries.reduce((sum, { kind, size }) => sum + (kind === 'file' ? size : 0), 0) };
  }
  return { name: work.name, size: work.file?.size ?? work.kept?.size ?? 0 };
}

function unread({ kind, name }: NotRead): LeftOut {
  return { kind, name, files: 0, error: { code: 'not-readable', message: 'The browser could not read it.' } };
}
