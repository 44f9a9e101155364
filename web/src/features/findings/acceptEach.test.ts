import { describe, expect, it } from 'vitest';

import type { App, FoundFinding } from '../../app/contract';
import { Problem } from '../../lib/problem';
import { acceptEach, olderFolders } from './acceptEach';

const found = (folder: string | null, change: Partial<FoundFinding> = {}): FoundFinding => ({
  kind: 'rolled-back',
  folder,
  node: null,
  name: null,
  count: 1,
  since: 0,
  ...change,
});

/** The folder `a/b/c` is in `a/b`. */
function world(resolve: (folder: string | null) => Promise<void> = () => Promise.resolve()) {
  const resolved: (string | null)[] = [];
  const app: Pick<App, 'path' | 'resolve'> = {
    path: (id) => Promise.resolve(id.startsWith('?') ? null : id.split('/').map((name) => ({ id: name, name }))),
    resolve: ({ folder }, way) => {
      expect(way).toBe('accept');
      resolved.push(folder);
      return resolve(folder);
    },
  };
  return { app, resolved };
}

describe('olderFolders', () => {
  it('takes whole folders that are older, and nothing else', () => {
    const whole = found('a');
    const others = [found(null), found('a', { node: 'n' }), found('b', { kind: 'forked' }), found('c', { kind: 'missing' })];
    expect(olderFolders([whole, ...others])).toEqual([whole]);
  });
});

describe('acceptEach', () => {
  it('goes from the outer folders to the inner ones', async () => {
    const { app, resolved } = world();
    const steps: number[] = [];
    const ended = await acceptEach(app, ['?', 'a/b/c', 'a', 'a/b'].map((id) => found(id)), ({ done }) => {
      steps.push(done);
    }, new AbortController().signal);
    expect(resolved).toEqual(['a', 'a/b', 'a/b/c', '?']);
    expect(ended).toEqual({ done: 4, failed: 0, error: null });
    expect(steps).toEqual([1, 2, 3, 4]);
  });

  it('goes on after one that fails, and counts what is over as done', async () => {
    const codes: Record<string, string> = { b: 'CONFLICT', c: 'no-such-entry' };
    const { app, resolved } = world((folder) => {
      const code = codes[folder ?? ''];
      return code === undefined ? Promise.resolve() : Promise.reject(new Problem({ code, message: code }));
    });
    const ended = await acceptEach(app, ['a', 'b', 'c', 'd'].map((id) => found(id)), () => undefined, new AbortController().signal);
    expect(resolved).toEqual(['a', 'b', 'c', 'd']);
    expect(ended).toMatchObject({ done: 4, failed: 1, error: { code: 'CONFLICT' } });
  });

  it('stops between two of them', async () => {
    const stopping = new AbortController();
    const { app, resolved } = world();
    const ended = await acceptEach(app, ['a', 'b', 'c'].map((id) => found(id)), ({ done }) => {
      if (done === 2) stopping.abort();
    }, stopping.signal);
    expect(resolved).toEqual(['a', 'b']);
    expect(ended.done).toBe(2);
  });
});
