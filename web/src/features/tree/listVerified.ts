import type { RunningKeeper } from '../../crypto/keeper';
import { isFindingKind } from '../../crypto/findings';
import type { Entry, FolderView } from '../../crypto/types';
import { Problem, toProblem } from '../../lib/problem';
import type { Tree } from './tree';

interface Environment {
  tree: Pick<Tree, 'ensure'>;
  keeper: Pick<RunningKeeper['remote'], 'folder'>;
}

/** What was verified of a folder; `isWhole` is false where something in it, or the folder itself, is not what it should be. */
export async function listVerified(folder: string, { tree, keeper }: Environment): Promise<{ entries: readonly Entry[]; isWhole: boolean }> {
  try {
    await tree.ensure(folder);
  } catch (error) {
    if (!isFindingKind(toProblem(error).code)) throw error;
    return { entries: [], isWhole: false };
  }
  const known = await keeper.folder(folder);
  if (known === undefined) throw new Problem({ code: 'NOT_FOUND', message: 'The folder is gone.' });
  const { entries, verified, findings } = JSON.parse(known) as FolderView;
  return { entries, isWhole: verified && findings.length === 0 };
}
