import { describe, expect, it, vi } from 'vitest';

import { Problem } from '../../lib/problem';
import { UndoSteps } from './undoSteps';

const failing = (code: string) => ({ about: ['a'], undo: vi.fn(() => Promise.reject(new Problem({ code, message: code }))) });
const fine = (...about: string[]) => ({ about: about.length > 0 ? about : ['a'], undo: vi.fn<(still: readonly string[]) => Promise<void>>(() => Promise.resolve()) });

describe('UndoSteps', () => {
  it('undoes each step once, the latest first', async () => {
    const steps = new UndoSteps<ReturnType<typeof fine>>();
    const [first, second] = [fine(), fine()];
    steps.add(first);
    steps.add(second);
    expect(steps.latest()).toBe(second);
    await Promise.all([steps.undo(second), steps.undo(second)]);
    expect(second.undo).toHaveBeenCalledOnce();
    expect(steps.latest()).toBe(first);
  });

  it('keeps in its place what failed for want of a network', async () => {
    const steps = new UndoSteps<{ about: readonly string[]; undo: (about: readonly string[]) => Promise<void> }>();
    const [lost, later] = [failing('offline'), fine()];
    steps.add(lost);
    steps.add(later);
    await expect(steps.undo(lost)).rejects.toMatchObject({ code: 'offline' });
    expect(steps.latest()).toBe(later);
    expect(steps.has(lost)).toBe(true);
  });

  it('does not let what can never be undone stand before the others', async () => {
    const steps = new UndoSteps<{ about: readonly string[]; undo: (about: readonly string[]) => Promise<void> }>();
    const [first, gone] = [fine(), failing('no-such-entry')];
    steps.add(first);
    steps.add(gone);
    await expect(steps.undo(gone)).rejects.toMatchObject({ code: 'no-such-entry' });
    expect(steps.latest()).toBe(first);
  });

  it('leaves out what was deleted for good', async () => {
    const steps = new UndoSteps<ReturnType<typeof fine>>();
    const [all, some] = [fine('a', 'b'), fine('b', 'c')];
    steps.add(some);
    steps.add(all);
    expect(steps.forget(new Set(['a', 'b']))).toEqual([all]);
    expect(steps.has(all)).toBe(false);
    await steps.undo(some);
    expect(some.undo).toHaveBeenCalledWith(['c']);
  });
});
