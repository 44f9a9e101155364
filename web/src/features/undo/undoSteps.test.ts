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

  it('waits for what is being done, and undoes one after the other', async () => {
    const steps = new UndoSteps<ReturnType<typeof fine>>();
    const [first, second] = [fine('first'), fine('second')];
    steps.add(first);
    let finish = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const act = steps.during(async () => {
      await finished;
      steps.add(second);
    });
    const undone: string[] = [];
    const undoLatest = () =>
      steps.inTurn(async () => {
        const step = steps.latest();
        undone.push(`${step?.about.join() ?? ''} begins`);
        if (step !== undefined) await steps.undo(step);
        undone.push(`${step?.about.join() ?? ''} ends`);
      });
    const twice = Promise.all([undoLatest(), undoLatest()]);
    finish();
    await Promise.all([act, twice]);
    expect(undone).toEqual(['second begins', 'second ends', 'first begins', 'first ends']);
  });

  it('undoes nothing for an act that failed', async () => {
    const steps = new UndoSteps<ReturnType<typeof fine>>();
    steps.add(fine());
    const act = steps.during(() => Promise.reject(new Error('lost')));
    const work = vi.fn(() => Promise.resolve());
    const undoing = steps.inTurn(work, steps.act);
    await expect(act).rejects.toThrow('lost');
    await undoing;
    expect(work).not.toHaveBeenCalled();
    expect(steps.act).toBeUndefined();
  });

  it('undoes what a button names, whatever else fails meanwhile', async () => {
    const steps = new UndoSteps<ReturnType<typeof fine>>();
    const act = steps.during(() => Promise.reject(new Error('lost')));
    const work = vi.fn(() => Promise.resolve());
    const undoing = steps.inTurn(work);
    await expect(act).rejects.toThrow('lost');
    await undoing;
    expect(work).toHaveBeenCalledOnce();
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
