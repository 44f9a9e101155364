import type { MakeCommit } from '../tree/tree';
import type { RunningKeeper } from '../../crypto/keeper';
import { hasCode, Problem } from '../../lib/problem';

export interface DropEnvironment {
  keeper: Pick<RunningKeeper['remote'], 'createFolders'>;
  commit(folders: readonly string[], make: MakeCommit): Promise<void>;
  /** Resolves once the whole tree was read. */
  treeRead(): Promise<void>;
}

/** What was given to be uploaded at once: its folders are made together, with the first file that needs one. */
export class Drop {
  readonly #environment: DropEnvironment;
  readonly #target: string;
  readonly #paths: readonly (readonly string[])[];
  #folders: Promise<ReadonlyMap<string, string>> | null = null;

  constructor(environment: DropEnvironment, target: string, paths: readonly (readonly string[])[]) {
    this.#environment = environment;
    this.#target = target;
    this.#paths = withParents(paths);
  }

  /** The id of the folder at one of the paths. Rejects with `too-deep` for one that the vault does not make. */
  async folder(path: readonly string[]): Promise<string> {
    if (path.length === 0) return this.#target;
    this.#folders ??= this.#make();
    const folder = (await this.#folders).get(keyOf(path));
    if (folder === undefined) throw new Problem({ code: 'too-deep', message: 'There are too many folders above it.' });
    return folder;
  }

  /** Looks for the folders once more: they may be gone, or could not be made. */
  again(): void {
    this.#folders = null;
  }

  async #make(): Promise<ReadonlyMap<string, string>> {
    try {
      return await this.#makeAll();
    } catch (error) {
      // Folders that are there already may not have been read yet.
      if (!hasCode(error, 'folder-not-verified')) throw error;
      await this.#environment.treeRead();
      return this.#makeAll();
    }
  }

  async #makeAll(): Promise<ReadonlyMap<string, string>> {
    const environment = this.#environment;
    const folders = new Map<string, string>();
    for (let rest = this.#paths; rest.length > 0; ) {
      let nodes: readonly string[] = [];
      try {
        await environment.commit([this.#target], async (now) => {
          const made = await environment.keeper.createFolders(this.#target, rest, now);
          nodes = made.nodes;
          return made.request;
        });
      } catch (error) {
        if (!hasCode(error, 'too-deep')) throw error;
        // The deepest ones come last: the others are made without them.
        const deepest = rest.at(-1)?.length ?? 0;
        rest = rest.filter(({ length }) => length < deepest);
        continue;
      }
      for (const [index, node] of nodes.entries()) folders.set(keyOf(rest[index] ?? []), node);
      rest = rest.slice(nodes.length);
    }
    return folders;
  }
}

/** Each path once, after all that it begins with. */
export function withParents(paths: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const unique = new Map<string, readonly string[]>();
  for (const path of paths) {
    for (let depth = path.length; depth > 0; depth--) {
      const above = path.slice(0, depth);
      const key = keyOf(above);
      // Then what is above it is known as well.
      if (unique.has(key)) break;
      unique.set(key, above);
    }
  }
  return [...unique.values()].sort((a, b) => a.length - b.length);
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path);
}
