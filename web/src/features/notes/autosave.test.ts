import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Problem } from '../../lib/problem';
import { Autosave, type SaveState } from './autosave';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A store of one text, as other devices see it too. */
function world() {
  const stored = ['first'];
  const states: SaveState['status'][] = [];
  let refuse: string | null = null;
  let release: (() => void) | null = null;
  let isSlow = false;
  const versionOf = (index: number) => `v${String(index)}`;
  const save = vi.fn(async (text: string, base: string) => {
    if (isSlow) await new Promise<void>((resolve) => (release = resolve));
    if (refuse !== null) throw new Problem({ code: refuse, message: '' });
    if (base !== versionOf(stored.length - 1)) throw new Problem({ code: 'changed-since', message: '' });
    stored.push(text);
    return { version: versionOf(stored.length - 1) };
  });
  const autosave = new Autosave({ text: 'first', version: 'v0', save, onState: ({ status }) => states.push(status) });
  return {
    stored,
    states,
    save,
    autosave,
    type: (text: string) => autosave.change(text),
    refuse: (code: string | null) => (refuse = code),
    slow: () => (isSlow = true),
    release: async () => {
      isSlow = false;
      release?.();
      await vi.advanceTimersByTimeAsync(0);
    },
    elsewhere: (text: string) => stored.push(text),
  };
}

describe('storing what is typed', () => {
  it('waits until two seconds after the last keystroke', async () => {
    const { stored, states, type } = world();
    type('a');
    await vi.advanceTimersByTimeAsync(1999);
    type('ab');
    await vi.advanceTimersByTimeAsync(1999);
    expect(stored).toEqual(['first']);
    await vi.advanceTimersByTimeAsync(1);
    expect(stored).toEqual(['first', 'ab']);
    expect(states).toEqual(['waiting', 'waiting', 'saving', 'saved']);
  });

  it('does it at once when it is asked to', async () => {
    const { stored, autosave, type } = world();
    type('a');
    expect(await autosave.flush()).toBe(true);
    expect(stored).toEqual(['first', 'a']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stored).toHaveLength(2);
  });

  it('makes no version of what is the same', async () => {
    const { stored, states, type } = world();
    type('a');
    type('first');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stored).toEqual(['first']);
    expect(states.at(-1)).toBe('saved');
  });

  it('stores one after the other what is typed while one is on its way', async () => {
    const { stored, autosave, type, slow, release, save } = world();
    slow();
    type('a');
    await vi.advanceTimersByTimeAsync(2000);
    type('ab');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(save).toHaveBeenCalledOnce();
    expect(autosave.isDirty).toBe(true);
    await release();
    await vi.advanceTimersByTimeAsync(2000);
    expect(stored).toEqual(['first', 'a', 'ab']);
    expect(autosave.isDirty).toBe(false);
  });

  it('stores the latest when asked while an older one is on its way', async () => {
    const { stored, autosave, type, slow, release } = world();
    slow();
    type('a');
    await vi.advanceTimersByTimeAsync(2000);
    type('ab');
    const flushed = autosave.flush();
    await release();
    expect(await flushed).toBe(true);
    expect(stored).toEqual(['first', 'a', 'ab']);
  });

  it('is not done while it is on its way, and says whether it arrived', async () => {
    const { save, states, autosave, type, slow, release, refuse, elsewhere } = world();
    slow();
    type('a');
    void autosave.flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toBe('saving');
    expect(autosave.isDirty).toBe(true);
    let answer: boolean | null = null;
    void autosave.flush().then((isStored) => (answer = isStored));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(answer).toBeNull();
    refuse('STORAGE_QUOTA_EXCEEDED');
    await release();
    expect(answer).toBe(false);
    expect(autosave.isDirty).toBe(true);
    expect(save).toHaveBeenCalledOnce();

    refuse(null);
    elsewhere('theirs');
    slow();
    const flushed = autosave.flush();
    const joined = autosave.flush();
    await release();
    expect([await flushed, await joined, autosave.isDirty]).toEqual([false, false, true]);
    expect(states.at(-1)).toBe('conflict');
  });

  it('tries what was typed meanwhile when the version before it was refused', async () => {
    const { stored, autosave, type, slow, release, refuse, save } = world();
    slow();
    type('far too long');
    await vi.advanceTimersByTimeAsync(2000);
    type('short');
    void autosave.flush();
    refuse('STORAGE_QUOTA_EXCEEDED');
    save.mockImplementationOnce((text) => {
      stored.push(text);
      return Promise.resolve({ version: 'v1' });
    });
    await release();
    expect(stored).toEqual(['first', 'short']);
    expect(autosave.isDirty).toBe(false);
  });

  it('tries again when the network was at fault, and keeps what was typed until then', async () => {
    const { stored, states, autosave, type, refuse } = world();
    refuse('offline');
    type('a');
    expect(await autosave.flush()).toBe(false);
    expect(autosave.isDirty).toBe(true);
    expect(states.at(-1)).toBe('failed');
    refuse(null);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(stored).toEqual(['first', 'a']);
    expect(states.at(-1)).toBe('saved');
  });

  it('tries again with the next keystroke when trying alone will not help', async () => {
    const { save, stored, type, refuse } = world();
    refuse('STORAGE_QUOTA_EXCEEDED');
    type('a');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(save).toHaveBeenCalledOnce();
    refuse(null);
    type('ab');
    await vi.advanceTimersByTimeAsync(2000);
    expect(stored).toEqual(['first', 'ab']);
  });

  it('asks when another device was faster, and stores nothing meanwhile', async () => {
    const { stored, states, autosave, type, elsewhere } = world();
    elsewhere('theirs');
    type('mine');
    await vi.advanceTimersByTimeAsync(2000);
    expect(states.at(-1)).toBe('conflict');
    type('mine!');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await autosave.flush()).toBe(false);
    expect(stored).toEqual(['first', 'theirs']);
    expect(states.at(-1)).toBe('conflict');
  });

  it('puts mine on top when I say so', async () => {
    const { stored, autosave, type, elsewhere } = world();
    elsewhere('theirs');
    type('mine');
    await vi.advanceTimersByTimeAsync(2000);
    expect(await autosave.keepMine('v1')).toBe(true);
    expect(stored).toEqual(['first', 'theirs', 'mine']);
  });

  it('puts mine on top even when it reads as it did before both', async () => {
    const { stored, autosave, type, elsewhere } = world();
    elsewhere('theirs');
    type('mine');
    await vi.advanceTimersByTimeAsync(2000);
    type('first');
    expect(await autosave.keepMine('v1')).toBe(true);
    expect(stored).toEqual(['first', 'theirs', 'first']);
  });

  it('stores again what may have arrived or not', async () => {
    const { stored, autosave, type, save } = world();
    save.mockImplementationOnce((text) => {
      stored.push(text);
      return Promise.reject(new Problem({ code: 'offline', message: '' }));
    });
    type('a');
    expect(await autosave.flush()).toBe(false);
    type('first');
    expect(await autosave.flush()).toBe(false);
    expect(autosave.state.status).toBe('conflict');
  });

  it('goes on from theirs when I say so', async () => {
    const { stored, autosave, type, elsewhere, states } = world();
    elsewhere('theirs');
    type('mine');
    await vi.advanceTimersByTimeAsync(2000);
    autosave.accept('theirs', 'v1');
    expect(states.at(-1)).toBe('saved');
    type('theirs and more');
    await vi.advanceTimersByTimeAsync(2000);
    expect(stored).toEqual(['first', 'theirs', 'theirs and more']);
  });

  it('is over when it is over', async () => {
    const { save, autosave, type } = world();
    type('a');
    autosave.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(save).not.toHaveBeenCalled();
  });
});
