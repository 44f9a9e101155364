import type { Api } from '../../api/api';
import type { RunningKeeper } from '../../crypto/keeper';
import type { Entry } from '../../crypto/types';
import { Problem } from '../../lib/problem';
import { listVerified } from './listVerified';
import { unlessOvertaken } from './overtaken';
import type { Tree } from './tree';

/** Files of one round: described together, and put into as few commits as they take. */
const AT_ONCE = 400;

interface Environment {
  api: Pick<Api, 'filesVersions'>;
  keeper: Pick<RunningKeeper['remote'], 'entry' | 'folder' | 'leastSeq' | 'createFolder' | 'createFolders' | 'copyFiles'>;
  tree: Pick<Tree, 'commit' | 'ensure' | 'refresh'>;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

interface Copy {
  node: string;
  to: string;
}

/**
 * Copies files and whole folders into a folder. What the sources hold is listed before anything is made, so that a
 * folder can be copied into itself. `isWhole` is false when something that was put aside is not in the copy.
 */
export async function copyNodes(nodes: readonly string[], to: string, environment: Environment): Promise<{ isWhole: boolean }> {
  const { keeper, tree, signal, onProgress } = environment;
  const files: Copy[] = [];
  let isWhole = true;
  const folders: { entry: Entry; paths: string[][]; files: { node: string; path: string[] }[] }[] = [];
  for (const node of nodes) {
    const entry = await keeper.entry(node);
    if (entry === undefined || entry.trashed !== null) continue;
    if (entry.kind === 'file') files.push({ node, to });
    else {
      const listed = await listFolder(node, environment);
      isWhole &&= listed.isWhole;
      folders.push({ entry, ...listed });
    }
  }
  for (const { entry, paths, files: inside } of folders) {
    stopIfCancelled(signal);
    let top = '';
    await tree.commit(async (now) => {
      const made = await keeper.createFolder(to, entry.name, now);
      top = made.node;
      return made.request;
    }, { patient: false, folders: [to] });
    const ids = await makeFolders(top, paths, environment);
    for (const { node, path } of inside) files.push({ node, to: ids.get(keyOf(path)) ?? top });
  }
  onProgress?.(0, files.length);
  for (let done = 0; done < files.length; done += AT_ONCE) {
    stopIfCancelled(signal);
    await copyFiles(files.slice(done, done + AT_ONCE), environment);
    onProgress?.(Math.min(files.length, done + AT_ONCE), files.length);
  }
  return { isWhole };
}

/** What is in a folder and not in the trash: the paths of its folders, each after what it begins with, and its files. */
async function listFolder(top: string, environment: Environment): Promise<{ paths: string[][]; files: { node: string; path: string[] }[]; isWhole: boolean }> {
  const paths: string[][] = [];
  const files: { node: string; path: string[] }[] = [];
  const waiting: { id: string; path: string[] }[] = [{ id: top, path: [] }];
  const seen = new Set([top]);
  let isWhole = true;
  for (const { id, path } of waiting) {
    const listed = await listVerified(id, environment);
    isWhole &&= listed.isWhole;
    for (const entry of listed.entries) {
      if (entry.trashed !== null || seen.has(entry.id)) continue;
      seen.add(entry.id);
      if (entry.kind === 'file') {
        files.push({ node: entry.id, path });
      } else {
        const below = [...path, entry.name];
        paths.push(below);
        waiting.push({ id: entry.id, path: below });
      }
    }
  }
  return { paths, files, isWhole };
}

async function makeFolders(top: string, paths: readonly string[][], { keeper, tree, signal }: Environment): Promise<Map<string, string>> {
  const ids = new Map<string, string>([[keyOf([]), top]]);
  for (let done = 0; done < paths.length; ) {
    stopIfCancelled(signal);
    let made: string[] = [];
    await tree.commit(async (now) => {
      const { nodes, request } = await keeper.createFolders(top, paths.slice(done), now);
      made = nodes;
      return request;
    }, { patient: false, folders: [top] });
    made.forEach((id, index) => ids.set(keyOf(paths[done + index] ?? []), id));
    done += made.length;
  }
  return ids;
}

async function copyFiles(files: readonly Copy[], { api, keeper, tree, signal }: Environment): Promise<void> {
  for (let rest = [...files]; rest.length > 0; ) {
    stopIfCancelled(signal);
    const sources = rest.map(({ node }) => node);
    rest = await unlessOvertaken(sources, { keeper, tree }, async () => {
      const described = await api.filesVersions(sources);
      const copies = described.flatMap(({ versions }, index) => {
        const copy = rest[index];
        // One that is gone by now is not copied.
        return versions === null || copy === undefined ? [] : [{ ...copy, versions }];
      });
      if (copies.length === 0) return rest.slice(described.length);
      let covered = 0;
      await tree.commit(async (now) => {
        const step = await keeper.copyFiles(copies, now);
        covered = step.covered;
        return step.request;
      }, { patient: false, folders: [...new Set(copies.map((copy) => copy.to))] });
      const next = copies[covered];
      return next === undefined ? rest.slice(described.length) : rest.slice(rest.findIndex(({ node, to }) => node === next.node && to === next.to));
    });
  }
}

function keyOf(path: readonly string[]): string {
  // No name has a slash.
  return path.join('/');
}

function stopIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Problem({ code: 'cancelled', message: 'The copying was stopped.' });
}
