import type { CopyJob } from './useCopying';

/** A copy that was asked for. */
export interface AskedCopy {
  id: number;
  /** Null until it is known what is copied. */
  about: Pick<CopyJob, 'count' | 'name' | 'folder'> | null;
  done: number;
  total: number | null;
  /** It has taken long enough to be worth a word. */
  isLate: boolean;
}

export type CopyStep = { id: number } & ({ kind: 'asked' } | { kind: 'known'; about: NonNullable<AskedCopy['about']> } | { kind: 'progress'; done: number; total: number | null } | { kind: 'late' } | { kind: 'over' });

/** The copies after something happened to one of them. */
export function afterStep(copies: readonly AskedCopy[], step: CopyStep): readonly AskedCopy[] {
  const change = (now: Partial<AskedCopy>) => copies.map((copy) => (copy.id === step.id ? { ...copy, ...now } : copy));
  switch (step.kind) {
    case 'asked':
      return [...copies, { id: step.id, about: null, done: 0, total: null, isLate: false }];
    case 'known':
      return change({ about: step.about });
    case 'progress':
      return change({ done: step.done, total: step.total });
    case 'late':
      return change({ isLate: true });
    case 'over':
      return copies.filter(({ id }) => id !== step.id);
  }
}

/** Those that are shown. */
export function shownJobs(copies: readonly AskedCopy[]): CopyJob[] {
  return copies.flatMap(({ id, about, done, total, isLate }) => (isLate && about !== null ? [{ id, ...about, done, total }] : []));
}
