import { describe, expect, it, vi } from 'vitest';

import { Problem } from '../../lib/problem';
import { Drop, withParents, type DropEnvironment } from './drop';

/** A vault that makes at most so many folders in one commit, and names them by their paths. */
function world(most = 100) {
  const createFolders = vi.fn((_target: string, paths: readonly (readonly string[])[]) =>
    Promise.resolve({ nodes: paths.slice(0, most).map((path) => path.join('/')), request: '{}' }),
  );
  const environment = {
    keeper: { createFolders },
    commit: vi.fn<DropEnvironment['commit']>(async (_folder, make) => {
      await make(0);
    }),
    treeRead: vi.fn(() => Promise.resolve()),
  };
  return { environment, createFolders };
}

describe('withParents', () => {
  it('lists every folder once, and parents first', () => {
    expect(withParents([['a', 'b', 'c'], [], ['d'], ['a', 'b'], ['a', 'e']])).toEqual([['a'], ['d'], ['a', 'b'], ['a', 'e'], ['a', 'b', 'c']]);
  });

  it('does not take one long name for two', () => {
    expect(withParents([['a', 'b'], ['a","b']])).toEqual([['a'], ['a","b'], ['a', 'b']]);
  });
});

describe('Drop', () => {
  it('makes nothing for files without a path', async () => {
    const { environment } = world();
    expect(await new Drop(environment, 'root', [[]]).folder([])).toBe('root');
    expect(environment.commit).not.toHaveBeenCalled();
  });

  it('makes all folders once, whoever asks first', async () => {
    const { environment, createFolders } = world();
    const drop = new Drop(environment, 'root', [['a', 'b'], ['c']]);
    expect(await Promise.all([drop.folder(['c']), drop.folder(['a', 'b']), drop.folder([])])).toEqual(['c', 'a/b', 'root']);
    expect(createFolders).toHaveBeenCalledExactlyOnceWith('root', [['a'], ['c'], ['a', 'b']], 0);
  });

  it('takes several commits for more than fit into one', async () => {
    const { environment, createFolders } = world(2);
    const drop = new Drop(environment, 'root', [['a', 'b'], ['c'], ['d'], ['e']]);
    expect(await drop.folder(['a', 'b'])).toBe('a/b');
    expect(createFolders.mock.calls.map(([, paths]) => paths.length)).toEqual([5, 3, 1]);
  });

  it('uses the ids of the commit that was made in the end', async () => {
    const { environment, createFolders } = world();
    createFolders.mockResolvedValueOnce({ nodes: ['refused'], request: '{}' });
    environment.commit.mockImplementationOnce(async (_folder, make) => {
      await make(0);
      await make(1);
    });
    expect(await new Drop(environment, 'root', [['a']]).folder(['a'])).toBe('a');
  });

  it('waits for the tree when a folder was not read yet', async () => {
    const { environment, createFolders } = world();
    createFolders.mockRejectedValueOnce(new Problem({ code: 'folder-not-verified', message: '' }));
    expect(await new Drop(environment, 'root', [['a']]).folder(['a'])).toBe('a');
    expect(environment.treeRead).toHaveBeenCalledOnce();
  });

  it('makes all folders but those that would be too deep', async () => {
    const { environment, createFolders } = world();
    const made = createFolders.getMockImplementation()!;
    createFolders.mockImplementation((target, paths) =>
      paths.some(({ length }) => length > 2) ? Promise.reject(new Problem({ code: 'too-deep', message: '' })) : made(target, paths),
    );
    const drop = new Drop(environment, 'root', [['a', 'b', 'c', 'd'], ['e']]);
    expect(await drop.folder(['e'])).toBe('e');
    expect(await drop.folder(['a', 'b'])).toBe('a/b');
    await expect(drop.folder(['a', 'b', 'c'])).rejects.toMatchObject({ code: 'too-deep' });
    await expect(drop.folder(['a', 'b', 'c', 'd'])).rejects.toMatchObject({ code: 'too-deep' });
  });

  it('fails for all, and can be tried again', async () => {
    const { environment, createFolders } = world();
    createFolders.mockRejectedValueOnce(new Problem({ code: 'STORAGE_FULL', message: '' }));
    const drop = new Drop(environment, 'root', [['a']]);
    await expect(drop.folder(['a'])).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    await expect(drop.folder(['a'])).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    drop.again();
    expect(await drop.folder(['a'])).toBe('a');
  });
});
