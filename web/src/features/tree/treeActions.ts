import type { RunningKeeper, Step } from '../../crypto/keeper';
import type { EntryEdit, Finding, Way } from '../../crypto/types';
import { Problem } from '../../lib/problem';
import type { Tree } from './tree';

/** What a person does to the tree. Whoever asks hears of a server that cannot be reached. */
export class TreeActions {
  readonly #tree: Pick<Tree, 'commit' | 'pages' | 'refresh'>;
  readonly #keeper: RunningKeeper['remote'];

  constructor(tree: Pick<Tree, 'commit' | 'pages' | 'refresh'>, keeper: RunningKeeper['remote']) {
    this.#tree = tree;
    this.#keeper = keeper;
  }

  async createFolder(parent: string, name: string): Promise<string> {
    let made = '';
    const make = async (now: number): Promise<string> => {
      const { node, request } = await this.#keeper.createFolder(parent, name, now);
      made = node;
      return request;
    };
    await this.#commit([parent], make);
    return made;
  }

  async rename(node: string, name: string): Promise<void> {
    await this.#commit(await this.#folders([node]), (now) => this.#keeper.rename(node, name, now));
  }

  async edit(nodes: readonly string[], edit: EntryEdit): Promise<void> {
    await this.#steps(nodes, [], (rest, now) => this.#keeper.edit(rest, edit, now));
  }

  async move(nodes: readonly string[], to: string): Promise<void> {
    await this.#steps(nodes, [to], (rest, now) => this.#keeper.moveTo(rest, to, now));
  }

  async trash(nodes: readonly string[]): Promise<void> {
    await this.#steps(nodes, [], (rest, now) => this.#keeper.trash(rest, now));
  }

  async restore(nodes: readonly string[]): Promise<void> {
    await this.#steps(nodes, [], (rest, now) => this.#keeper.restore(rest, now));
  }

  async purge(nodes: readonly string[]): Promise<void> {
    await this.#steps(nodes, [], (rest, now) => this.#keeper.purge(rest, now));
  }

  async ways({ folder, node }: Finding): Promise<readonly Way[]> {
    // The account as a whole is not a matter of the tree.
    return folder === null ? [] : this.#keeper.ways(folder, node);
  }

  async resolve({ folder, node }: Finding, way: Way): Promise<void> {
    if (folder === null) throw new Problem({ code: 'internal', message: 'the account is not a folder' });
    if (node !== null) {
      await this.#commit([folder], (now) => this.#keeper.resolve(folder, node, way, now));
    } else {
      await this.#commit([], async (now) => this.#keeper.acceptFolder(folder, await this.#tree.pages(folder), now));
    }
    await this.#tree.refresh(folder);
  }

  /** One commit after the other until all nodes are dealt with. */
  async #steps(nodes: readonly string[], more: readonly string[], make: (rest: string[], now: number) => Promise<Step>): Promise<void> {
    const folders = [...(await this.#folders(nodes)), ...more];
    for (let rest = [...nodes]; rest.length > 0; ) {
      let covered = 0;
      const step = async (now: number): Promise<string | null> => {
        const made = await make(rest, now);
        covered = made.covered;
        return made.request;
      };
      await this.#commit(folders, step);
      rest = rest.slice(covered);
    }
  }

  /** The folders whose heads a change of these nodes' metadata moves. */
  async #folders(nodes: readonly string[]): Promise<string[]> {
    const folders = new Set<string>();
    for (const node of nodes) {
      const entry = await this.#keeper.entry(node);
      if (entry === undefined) continue;
      folders.add(entry.folder);
      if (entry.kind === 'folder') folders.add(node);
    }
    return [...folders];
  }

  #commit(folders: readonly string[], make: (now: number) => Promise<string | null>): Promise<void> {
    return this.#tree.commit(make, { patient: false, folders });
  }
}
