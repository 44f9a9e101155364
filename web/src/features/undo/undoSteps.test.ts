import { describe, expect, it, vi } from 'vitest';

import { Problem } from '../../lib/problem';
import { UndoSteps } from './undoSteps';

const failing = (code: string) => ({ undo: vi.fn(() => Promise.reject(new Problem({ code, message: code }))) });
const fine = () => ({ undo: vi.fn(() => Promise.resolve()) });

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
    const steps = new UndoSteps<{ undo: () => Promise<void> }>();
    const [lost, later] = [failing('offline'), fine()];
    steps.add(lost);
    steps.add(later);
    await expect(steps.undo(lost)).rejects.toMatchObject({ code: 'offline' });
    expect(steps.latest()).toBe(later);
    expect(steps.has(lost)).toBe(true);
  });

  it('does not let what can never be undone stand before the others', async () => {
    const steps = new UndoSteps<{ undo: () => Promise<void> }>();
    const [first, gone] = [fine(), failing('no-such-entry')];
    steps.add(first);
    steps.add(gone);
    await expect(steps.undo(gone)).rejects.toMatchObject({ code: 'no-such-entry' });
    expect(steps.latest()).toBe(first);
  });
});
