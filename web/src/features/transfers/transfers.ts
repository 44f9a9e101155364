import type { Api } from '../../api/api';
import type { AppError, Transfer } from '../../app/contract';
import type { ContentPool, DownloadJob } from '../../crypto/content';
import type { PlannedUpload, RunningKeeper } from '../../crypto/keeper';
import type { Entry } from '../../crypto/types';
import { patiently } from '../../lib/patience';
import { Problem, toProblem } from '../../lib/problem';
import type { MakeCommit } from '../tree/tree';
import { Board } from './board';
import { Committer } from './committer';
import { Queue } from './queue';

interface Environment {
  api: Pick<Api, 'fileDetails'>;
  keeper: RunningKeeper['remote'];
  pool: ContentPool;
  /** Makes a folder's commit, waiting for the server as long as it takes. */
  commit(folder: string, make: MakeCommit): Promise<void>;
  show(transfers: readonly Transfer[]): void;
  save: (content: Blob, name: string) => void;
  now(): number;
}

type Work = { folder: string } & ({ direction: 'up'; file: File } | { direction: 'down'; entry: Entry });

/** Uploads and downloads: a queue in front of the workers, and the list that the page shows. */
export class Transfers {
  readonly #environment: Environment;
  readonly #board: Board;
  readonly #queues = { up: new Queue(), down: new Queue() };
  readonly #committer: Committer;
  readonly #work = new Map<string, Work>();
  /** One for each that is under way. */
  readonly #running = new Map<string, AbortController>();
  /** Downloads are saved one after the other, in the order in which they were asked for. */
  #saving: Promise<unknown> = Promise.resolve();

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#board = new Board((transfers) => environment.show(transfers), () => environment.now());
    this.#committer = new Committer({
      commit: (folder, make) => environment.commit(folder, make),
      keeper: environment.keeper,
    });
  }

  get anyActive(): boolean {
    return this.#board.anyActive;
  }

  upload(folder: string, files: readonly File[]): void {
    this.#add(files.map((file) => ({ direction: 'up', folder, file })));
  }

  download(folder: string, entries: readonly Entry[]): void {
    this.#add(entries.filter(({ kind }) => kind === 'file').map((entry) => ({ direction: 'down', folder, entry })));
  }

  /** From the content workers: bytes of the file that are done. */
  progress(id: string, done: number): void {
    this.#board.progress(id, done);
  }

  cancel(id: string): void {
    const transfer = this.#board.find(id);
    if (transfer?.status === 'queued' && this.#queues[transfer.direction].remove(id)) {
      this.#board.failed(id, cancelled());
    } else if (transfer?.status === 'running') {
      this.#running.get(id)?.abort();
      this.#environment.pool.cancel(id);
    }
  }

  retry(id: string): void {
    const work = this.#work.get(id);
    const status = this.#board.find(id)?.status;
    if (work === undefined || (status !== 'failed' && status !== 'cancelled')) return;
    this.#board.queueAgain(id);
    this.#enqueue(id, work);
  }

  clearEnded(): void {
    for (const id of this.#board.clearEnded()) this.#work.delete(id);
  }

  /** The vault was locked: everything stops, and nothing is left to show. */
  end(): void {
    this.#queues.up.clear();
    this.#queues.down.clear();
    this.#work.clear();
    for (const controller of this.#running.values()) controller.abort();
    this.#environment.pool.end();
    this.#board.clear();
  }

  #add(work: readonly Work[]): void {
    const added = work.map((item) => ({ id: crypto.randomUUID(), item }));
    this.#board.add(
      ...added.map(({ id, item }): Transfer => {
        const { name, size } = item.direction === 'up' ? item.file : item.entry;
        return { id, direction: item.direction, name, size, done: 0, speed: 0, secondsLeft: null, status: 'queued' };
      }),
    );
    for (const { id, item } of added) {
      this.#work.set(id, item);
      this.#enqueue(id, item);
    }
  }

  #enqueue(id: string, work: Work): void {
    const size = work.direction === 'up' ? work.file.size : work.entry.size;
    if (work.direction === 'up') this.#queues.up.add(id, size, () => this.#run(id, (signal) => this.#send(id, work.folder, work.file, signal)));
    else this.#queues.down.add(id, size, () => this.#run(id, (signal) => this.#fetch(id, work.entry, signal)));
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

  /** Resolves once the bytes are sent: the commit needs no place in the queue. */
  async #send(id: string, folder: string, file: File, signal: AbortSignal): Promise<void> {
    const { keeper, pool } = this.#environment;
    this.#committer.expect(folder);
    let planned: PlannedUpload | undefined;
    try {
      planned = await keeper.planUpload(folder, file.name, file.type, file.lastModified, file.size);
      stopIfCancelled(signal);
      const { plan, key, nonce, header, size, totalLength } = planned;
      const upload = await pool.upload({ id, plan, file, key, nonce, header, size, totalLength });
      this.#board.finishing(id);
      void this.#finish(id, folder, plan, upload);
    } catch (error) {
      this.#committer.gone(folder);
      if (planned !== undefined) void keeper.dropUpload(planned.plan).catch(() => undefined);
      throw error;
    }
  }

  async #finish(id: string, folder: string, plan: number, upload: string): Promise<void> {
    try {
      await this.#committer.finished(folder, plan, upload);
      this.#board.done(id);
      this.#work.delete(id);
    } catch (error) {
      this.#board.failed(id, toProblem(error));
    }
  }

  async #fetch(id: string, entry: Entry, signal: AbortSignal): Promise<void> {
    const { api, keeper, pool, save } = this.#environment;
    const details = await patiently(() => api.fileDetails(entry.id), signal);
    const planned = await keeper.planDownload(entry.id, details);
    try {
      stopIfCancelled(signal);
      const { plan, size, contentLength, totalLength, version } = planned;
      const job: DownloadJob = { id, plan, node: entry.id, version, size, contentLength, totalLength };
      const content = await pool.download(job);
      // Browsers drop downloads that are asked for in the same instant.
      this.#saving = this.#saving.then(() => {
        save(content, planned.name);
        return new Promise((resolve) => setTimeout(resolve, 300));
      });
      await this.#saving;
      this.#board.done(id);
      this.#work.delete(id);
    } finally {
      void keeper.dropDownload(planned.plan).catch(() => undefined);
    }
  }
}

function stopIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled();
}

function cancelled(): Problem {
  const error: AppError = { code: 'cancelled', message: 'The transfer was cancelled.' };
  return new Problem(error);
}
