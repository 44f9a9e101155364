import { isFindingKind } from '../../crypto/findings';
import type { RunningKeeper } from '../../crypto/keeper';
import { toProblem } from '../../lib/problem';
import type { Tree } from './tree';

const MAX_ROUNDS = 4;

/** Has what the server says about a file checked, against what its folder's head binds. */
export type CheckDetails = <Result>(file: string, check: (details: string) => Promise<Result>) => Promise<Result>;

/** The same for many files at once: of each its versions, or null where it is gone. */
export type CheckMany = <Result>(files: readonly string[], check: (described: readonly (readonly unknown[] | null)[]) => Promise<Result>) => Promise<Result>;

interface Environment {
  keeper: Pick<RunningKeeper['remote'], 'entry' | 'leastSeq'>;
  tree: Pick<Tree, 'refresh'>;
}

/**
 * Does work that compares what the server says about files with what their
 * folders' heads bind. Where the two do not fit, this device may only be behind,
 * or the answer: the folders are looked at, and if there is anything new in them
 * the work is done again. Else it is a finding.
 */
export async function unlessOvertaken<Result>(files: readonly string[], { keeper, tree }: Environment, work: () => Promise<Result>): Promise<Result> {
  for (let round = 1; ; round++) {
    const before = await seqs();
    try {
      return await work();
    } catch (error) {
      if (round === MAX_ROUNDS || !isFindingKind(toProblem(error).code)) throw error;
      for (const folder of before.keys()) await tree.refresh(folder);
      const after = await seqs();
      if (after.size === before.size && [...before].every(([folder, seq]) => after.get(folder) === seq)) throw error;
    }
  }

  async function seqs(): Promise<Map<string, number>> {
    const entries = await Promise.all(files.map((file) => keeper.entry(file)));
    const folders = new Set(entries.flatMap((entry) => (entry === undefined ? [] : [entry.folder])));
    return new Map(await Promise.all([...folders].map(async (folder) => [folder, await keeper.leastSeq(folder)] as const)));
  }
}
