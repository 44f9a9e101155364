import type { Api } from '../../api/api';
import type { FolderState } from '../../app/contract';
import type { RunningKeeper } from '../../crypto/keeper';
import type { FolderView } from '../../crypto/types';
import { Mutex } from '../../lib/mutex';
import { hasCode, isPassing, Problem, toProblem } from '../../lib/problem';
import { openFolder } from './openFolder';
import { sendCommit } from './sendCommit';

/** Somebody else may be writing too; more rounds than this mean that something else is wrong. */
const MAX_ROUNDS = 8;

export interface FoldersEnvironment {
  api: Api;
  keeper: RunningKeeper['remote'];
  /** A pin may have moved. */
  onMoved(): void;
  /** A folder was looked at anew. */
  onView(view: FolderView): void;
  /** A folder could not be shown. */
  onProblem(folder: string, problem: Problem): void;
  onStorage(storage: { used: number; limit: number }): void;
}

/** How a commit is made from the folder as it is now. */
export type MakeCommit = (now: number) => Promise<string>;

interface Folder {
  state: FolderState;
  readonly listeners: Set<() => void>;
  /** Looking and writing take turns, so that a commit is always made from the head that was checked last. */
  readonly turn: Mutex;
  /** The head of the last verified look, as the server wrote it. */
  head: string | null;
  /** A commit that was sent and whose fate is unknown. */
  unsettled: string | null;
  refreshing: Promise<void> | null;
}

/** Folders as they were last checked, and the commits that change them. */
export class Folders {
  readonly #environment: FoldersEnvironment;
  readonly #folders = new Map<string, Folder>();
  readonly #ended = new AbortController();

  constructor(environment: FoldersEnvironment) {
    this.#environment = environment;
  }

  state(id: string): FolderState {
    return this.#folder(id).state;
  }

  listen(id: string, listener: () => void): () => void {
    const { listeners } = this.#folder(id);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /** Fetches and checks the folder; calls while one is under way share it. */
  refresh(id: string): Promise<void> {
    const folder = this.#folder(id);
    folder.refreshing ??= folder.turn.run(() => this.#look(id, folder)).finally(() => {
      folder.refreshing = null;
    });
    return folder.refreshing;
  }

  /** A cheap look whether the head moved; only then is the whole folder fetched. */
  async poll(id: string): Promise<void> {
    const folder = this.#folder(id);
    if (folder.refreshing !== null) return;
    if (folder.head === null || folder.unsettled !== null || folder.state.status !== 'ready') return this.refresh(id);
    const { head } = await this.#environment.api.folderPage(id, null, 1);
    if (head !== folder.head) await this.refresh(id);
  }

  /**
   * Makes a commit and sends it. When another device was faster, the folder is
   * fetched and the commit made again. With `patient`, an unreachable server is
   * waited for; else the fate of a commit whose answer was lost is found out
   * before the folder is used again.
   */
  commit(id: string, make: MakeCommit, options: { patient: boolean }): Promise<void> {
    const folder = this.#folder(id);
    return folder.turn.run(async () => {
      await this.#settle(folder);
      for (let round = 0; ; round++) {
        if (folder.state.status !== 'ready') await this.#look(id, folder);
        const request = await make(Date.now());
        try {
          await this.#send(folder, request, options.patient);
          return;
        } catch (error) {
          if (!hasCode(error, 'HEAD_CONFLICT') || round + 1 === MAX_ROUNDS) throw error;
          await this.#look(id, folder);
        }
      }
    });
  }

  /** The vault was locked: nothing is sent or waited for any more. */
  end(): void {
    this.#ended.abort();
    for (const folder of this.#folders.values()) folder.listeners.clear();
    this.#folders.clear();
  }

  async #look(id: string, folder: Folder): Promise<void> {
    const before = viewOf(folder.state);
    if (before !== undefined && folder.state.status !== 'ready') this.#show(folder, { status: 'checking', view: before });
    try {
      await this.#settle(folder);
      const { view, head } = await openFolder(id, this.#environment);
      folder.head = view.verified ? head : null;
      this.#arrived(folder, view);
    } catch (error) {
      const problem = toProblem(error);
      this.#environment.onProblem(id, problem);
      this.#show(folder, { status: 'error', error: problem.toJSON(), ...(before === undefined ? {} : { view: before }) });
      throw problem;
    }
  }

  /** Sends again what may or may not have arrived: the server answers a repeat as it did the first time. */
  async #settle(folder: Folder): Promise<void> {
    const request = folder.unsettled;
    if (request === null) return;
    try {
      await this.#send(folder, request, false);
    } catch (error) {
      // Refused, so it never happened; only not knowing is a reason to stop here.
      if (folder.unsettled === request) throw error;
    }
  }

  async #send(folder: Folder, request: string, patient: boolean): Promise<void> {
    const { api, keeper } = this.#environment;
    const commit = commitId(request);
    const onUncertain = (): void => {
      folder.unsettled = request;
    };
    try {
      this.#environment.onStorage(await sendCommit(request, api, { patient, onUncertain, signal: this.#ended.signal }));
    } catch (error) {
      if (folder.unsettled === null || isRefusal(error)) {
        folder.unsettled = null;
        await keeper.abandoned(commit);
        if (hasCode(error, 'HEAD_CONFLICT')) folder.head = null;
      }
      throw error;
    }
    folder.unsettled = null;
    // The server's head is now ours; a look has to fetch it once before polls can compare.
    folder.head = null;
    this.#arrived(folder, JSON.parse(await keeper.committed(commit)) as FolderView);
  }

  #arrived(folder: Folder, view: FolderView): void {
    this.#environment.onMoved();
    this.#environment.onView(view);
    this.#show(folder, { status: 'ready', view });
  }

  #show(folder: Folder, state: FolderState): void {
    folder.state = state;
    for (const listener of [...folder.listeners]) listener();
  }

  #folder(id: string): Folder {
    let folder = this.#folders.get(id);
    if (folder === undefined) {
      folder = { state: { status: 'loading' }, listeners: new Set(), turn: new Mutex(), head: null, unsettled: null, refreshing: null };
      this.#folders.set(id, folder);
    }
    return folder;
  }
}

function viewOf(state: FolderState): FolderView | undefined {
  return state.status === 'loading' ? undefined : state.view;
}

/**
 * The server looked at the commit and did not make it, now or before: a repeat
 * of one that it did make would have got the first answer.
 */
function isRefusal(error: unknown): boolean {
  return error instanceof Problem && /^[A-Z_]+$/.test(error.code) && !isPassing(error);
}

function commitId(request: string): string {
  return (JSON.parse(request) as { id: string }).id;
}
