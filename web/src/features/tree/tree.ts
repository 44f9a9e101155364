import type { Api } from '../../api/api';
import type { FolderState } from '../../app/contract';
import type { Feed, RunningKeeper } from '../../crypto/keeper';
import type { FolderView } from '../../crypto/types';
import { Mutex } from '../../lib/mutex';
import { hasCode, isPassing, Problem, toProblem } from '../../lib/problem';
import { fetchPages, openFolder } from './openFolder';
import { sendCommit } from './sendCommit';

/** Somebody else may be writing too; more rounds than this mean that something else is wrong. */
const MAX_ROUNDS = 8;

/** Entries from which on a folder is fetched as a whole only when there is a reason. */
const LARGE = 2000;
/** When somebody comes back to the page; the first bubbles up from the document. */
const RETURNS = ['visibilitychange', 'focus', 'online'] as const;

export interface TreeEnvironment {
  api: Pick<Api, 'folderPage' | 'heads' | 'commit' | 'filePath'>;
  keeper: RunningKeeper['remote'];
  rootId: string;
  /** Resolves once what the device had kept is there; nothing is fetched before. */
  ready?: Promise<unknown>;
  /** A pin may have moved. */
  onMoved(): void;
  /** A folder was looked at anew. */
  onView(view: FolderView): void;
  /** A folder could not be shown. */
  onProblem(folder: string, problem: Problem): void;
  onStorage(storage: { used: number; limit: number }): void;
}

/** How a commit is made from the tree as it is now; null when there is nothing to do. */
export type MakeCommit = (now: number) => Promise<string | null>;

export interface CommitOptions {
  /** Waits for an unreachable server; else the fate of a commit whose answer was lost is found out before the next. */
  patient: boolean;
  /** Folders that must have been verified before it can be made. */
  folders?: readonly string[];
}

interface Folder {
  state: FolderState;
  readonly listeners: Set<() => void>;
  refreshing: Promise<void> | null;
}

/** The tree as the vault has verified it, and the commits that change it. */
export class Tree {
  readonly #environment: TreeEnvironment;
  readonly #folders = new Map<string, Folder>();
  readonly #listeners = new Set<() => void>();
  readonly #ended = new AbortController();
  /** Commits take turns, so that each is made from what the one before it left. */
  readonly #turn = new Mutex();
  /** A commit that was sent and whose fate is unknown. */
  #unsettled: string | null = null;
  #version = 0;

  constructor(environment: TreeEnvironment) {
    this.#environment = environment;
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Hears of every change of the tree. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  state(id: string): FolderState {
    return this.#folder(id).state;
  }

  /**
   * Hears of changes of one folder. It is shown as the vault knows it, or else
   * fetched; and it is fetched whenever somebody comes back to the page, so that
   * what is looked at is compared with more than the feed.
   */
  watch(id: string, listener: () => void): () => void {
    const folder = this.#folder(id);
    folder.listeners.add(listener);
    this.#appear(id, folder).catch(() => undefined);
    const onReturn = (): void => {
      const view = viewOf(folder.state);
      const isLarge = folder.state.status === 'ready' && (view?.entries.length ?? 0) > LARGE;
      if (document.visibilityState === 'visible' && !isLarge) this.refresh(id).catch(() => undefined);
    };
    for (const event of RETURNS) addEventListener(event, onReturn);
    return () => {
      for (const event of RETURNS) removeEventListener(event, onReturn);
      folder.listeners.delete(listener);
    };
  }

  /** Fetches and checks a folder; calls while one is under way share it. */
  refresh(id: string): Promise<void> {
    const folder = this.#folder(id);
    folder.refreshing ??= this.#look(id, folder).finally(() => {
      folder.refreshing = null;
    });
    return folder.refreshing;
  }

  /** Sees to it that the vault knows a folder, and the way to it. */
  async ensure(id: string): Promise<void> {
    const { api, keeper, rootId, ready } = this.#environment;
    await ready;
    if (await keeper.hasFolder(id)) return;
    if (id === rootId || (await keeper.entry(id)) !== undefined) return this.refresh(id);
    // What leads there is only a hint: each step is checked when it is opened.
    for (const step of await api.filePath(id)) {
      if (!(await keeper.hasFolder(step))) await this.refresh(step);
    }
  }

  /**
   * Makes a commit and sends it. When another device was faster, what it is
   * about is fetched and the commit made again.
   */
  commit(make: MakeCommit, { patient, folders = [] }: CommitOptions): Promise<void> {
    return this.#turn.run(async () => {
      await this.#environment.ready;
      await this.#settle();
      for (const folder of folders) await this.ensure(folder);
      for (let round = 1; ; round++) {
        const request = await make(Date.now());
        if (request === null) return;
        try {
          await this.#send(request, patient);
          return;
        } catch (error) {
          if (!hasCode(error, 'HEAD_CONFLICT', 'CONFLICT') || round === MAX_ROUNDS) throw error;
          await this.#lookAgain(request);
        }
      }
    });
  }

  /** A whole folder's listing, for what the vault wants to see without believing it. */
  async pages(id: string): Promise<string[]> {
    return (await fetchPages(id, this.#environment.api)).pages;
  }

  /** Folders of which the vault knows something new; shows those that somebody looks at. */
  async changed(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    this.#environment.onMoved();
    for (const id of ids) {
      const folder = this.#folders.get(id);
      if (folder === undefined) continue;
      if (folder.listeners.size > 0) await this.#showKnown(id, folder);
      else this.#folders.delete(id);
    }
    // What was deleted with the folder above it is not named.
    for (const [id, folder] of this.#folders) {
      if (folder.listeners.size > 0 && folder.state.status === 'ready') await this.#findGone(id, folder);
    }
    this.#tell();
  }

  /** The server answers again: what could not be looked at for want of it is looked at now. */
  recover(): void {
    for (const [id, folder] of this.#folders) {
      const { state } = folder;
      if (folder.listeners.size > 0 && state.status === 'error' && isPassing(new Problem(state.error))) this.refresh(id).catch(() => undefined);
    }
  }

  /** The vault was locked: nothing is sent or waited for any more. */
  end(): void {
    this.#ended.abort();
    for (const folder of this.#folders.values()) folder.listeners.clear();
    this.#folders.clear();
    this.#listeners.clear();
  }

  async #appear(id: string, folder: Folder): Promise<void> {
    await this.#environment.ready;
    if (folder.state.status === 'ready') {
      await this.#findGone(id, folder);
      return;
    }
    if (await this.#showKnown(id, folder)) return;
    try {
      await this.ensure(id);
    } catch (error) {
      if (folder.state.status !== 'error') this.#failed(id, folder, toProblem(error));
    }
  }

  /** Whether the vault knew it. */
  async #showKnown(id: string, folder: Folder): Promise<boolean> {
    const known = await this.#environment.keeper.folder(id);
    if (known === undefined) {
      if (folder.state.status === 'ready') this.#gone(folder);
      return false;
    }
    this.#arrived(folder, JSON.parse(known) as FolderView);
    return true;
  }

  async #findGone(id: string, folder: Folder): Promise<void> {
    if (!(await this.#environment.keeper.hasFolder(id))) this.#gone(folder);
  }

  /** It was there before. */
  #gone(folder: Folder): void {
    this.#show(folder, { status: 'error', error: { code: 'NOT_FOUND', message: 'The folder is gone.' } });
  }

  async #look(id: string, folder: Folder): Promise<void> {
    await this.#environment.ready;
    const before = viewOf(folder.state);
    if (before !== undefined && folder.state.status !== 'ready') this.#show(folder, { status: 'checking', view: before });
    try {
      const view = await openFolder(id, this.#environment);
      this.#environment.onMoved();
      this.#arrived(folder, view);
      this.#tell();
    } catch (error) {
      const problem = toProblem(error);
      this.#failed(id, folder, problem);
      throw problem;
    }
  }

  /** Looks at the folders that a refused commit was about, and at those that the vault finds wanting. */
  async #lookAgain(request: string): Promise<void> {
    const { heads } = JSON.parse(request) as { heads: { node: string; expected_seq: number }[] };
    for (const { node, expected_seq: expected } of heads) {
      // A folder that was to be made is not there; one that is gone is found gone in its parent.
      if (expected > 0) await this.refresh(node).catch((error: unknown) => ignoreGone(error));
    }
  }

  /** Sends again what may or may not have arrived: the server answers a repeat as it did the first time. */
  async #settle(): Promise<void> {
    const request = this.#unsettled;
    if (request === null) return;
    try {
      await this.#send(request, false);
    } catch (error) {
      // Refused, so it never happened; only not knowing is a reason to stop here.
      if (this.#unsettled === request) throw error;
    }
  }

  async #send(request: string, patient: boolean): Promise<void> {
    const { api, keeper } = this.#environment;
    const commit = commitId(request);
    const onUncertain = (): void => {
      this.#unsettled = request;
    };
    try {
      this.#environment.onStorage(await sendCommit(request, api, { patient, onUncertain, signal: this.#ended.signal }));
    } catch (error) {
      if (this.#unsettled === null || isRefusal(error)) {
        this.#unsettled = null;
        await keeper.abandoned(commit);
      }
      throw error;
    }
    this.#unsettled = null;
    await this.changed(await keeper.committed(commit));
  }

  #arrived(folder: Folder, view: FolderView): void {
    this.#environment.onView(view);
    this.#show(folder, { status: 'ready', view });
  }

  #failed(id: string, folder: Folder, problem: Problem): void {
    const before = viewOf(folder.state);
    this.#environment.onProblem(id, problem);
    this.#show(folder, { status: 'error', error: problem.toJSON(), ...(before === undefined ? {} : { view: before }) });
  }

  #show(folder: Folder, state: FolderState): void {
    folder.state = state;
    for (const listener of [...folder.listeners]) listener();
  }

  #tell(): void {
    this.#version += 1;
    for (const listener of [...this.#listeners]) listener();
  }

  #folder(id: string): Folder {
    let folder = this.#folders.get(id);
    if (folder === undefined) {
      folder = { state: { status: 'loading' }, listeners: new Set(), refreshing: null };
      this.#folders.set(id, folder);
    }
    return folder;
  }
}

/** What a page of the feed asks for next. */
export type { Feed };

function viewOf(state: FolderState): FolderView | undefined {
  return state.status === 'loading' ? undefined : state.view;
}

function ignoreGone(error: unknown): void {
  if (!isGone(error)) throw error;
}

/** The folder is not there, or not where this device knows it; its parent's head says which. */
export function isGone(error: unknown): boolean {
  return hasCode(error, 'NOT_FOUND', 'GONE', 'no-such-entry');
}

/**
 * The server looked at the commit and did not make it, now or before: a repeat
 * of one that it did make would have got the first answer.
 */
function isRefusal(error: unknown): boolean {
  return error instanceof Problem && (/^[A-Z_]+$/.test(error.code) || error.uploads !== undefined) && !isPassing(error);
}

function commitId(request: string): string {
  return (JSON.parse(request) as { id: string }).id;
}
