import type { ContentPool } from '../../crypto/content';
import { Gate } from '../../crypto/feeding';
import type { RunningKeeper } from '../../crypto/keeper';
import type { Entry } from '../../crypto/types';
import { patiently } from '../../lib/patience';
import { hasCode } from '../../lib/problem';
import type { CheckDetails } from '../tree/overtaken';
import type { Board } from './board';
import { stopIfCancelled } from './cancelled';
import type { SaveStream } from './saveStream';
import type { ZipEnvironment } from './zipContents';

export interface Download {
  direction: 'down';
  entry: Entry;
}

/** Several entries, or a folder, in one file. */
export interface Zip {
  direction: 'down';
  name: string;
  entries: readonly Entry[];
}

export interface DownloadsEnvironment {
  details: CheckDetails;
  manyDetails: ZipEnvironment['manyDetails'];
  contents: ZipEnvironment['contents'];
  keeper: RunningKeeper['remote'];
  pool: ContentPool;
  save: (content: Blob, name: string) => void;
  /** Saves while it arrives; null where that is not possible. */
  saveStream: (content: SaveStream) => Promise<void> | null;
  /** What a folder holds, as it was verified. */
  list: ZipEnvironment['list'];
}

/** Fetches files, opens them, and saves them on this device. */
export class Downloads {
  readonly #environment: DownloadsEnvironment;
  readonly #board: Board;
  readonly #onDone: (id: string) => void;
  /** Of zips that are being made. */
  readonly #gates = new Map<string, Gate>();
  /** Downloads are saved one after the other, in the order in which they were asked for. */
  #saving: Promise<unknown> = Promise.resolve();

  constructor(environment: DownloadsEnvironment, board: Board, onDone: (id: string) => void) {
    this.#environment = environment;
    this.#board = board;
    this.#onDone = onDone;
  }

  pause(id: string): void {
    this.#gates.get(id)?.pause();
  }

  resume(id: string): void {
    this.#gates.get(id)?.resume();
  }

  async fetch(id: string, entry: Entry, signal: AbortSignal): Promise<void> {
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
      this.#done(id);
    } finally {
      void keeper.dropDownload(plan).catch(() => undefined);
    }
  }

  async fetchZip(id: string, { name, entries }: Zip, signal: AbortSignal): Promise<void> {
    const gate = new Gate();
    this.#gates.set(id, gate);
    signal.addEventListener('abort', () => gate.resume(), { once: true });
    try {
      const { planZip, zipSource } = await import('./zipContents');
      const { length, size, isWhole, pieces } = await planZip(this.#environment, entries, signal);
      this.#board.sized(id, size);
      if (!isWhole) this.#board.partial(id);
      await this.#save({ name, size: length, ...zipSource(pieces, { gate, signal, progress: (done) => this.#board.progress(id, done) }) });
      this.#done(id);
    } finally {
      this.#gates.delete(id);
    }
  }

  #done(id: string): void {
    this.#board.done(id);
    this.#onDone(id);
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
