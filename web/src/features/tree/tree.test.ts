import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { FolderView } from '../../crypto/types';
import { Problem } from '../../lib/problem';
import { Tree, type TreeEnvironment } from './tree';

const conflict = () => new Problem({ code: 'HEAD_CONFLICT', message: 'moved on' });
const old = () => new Problem({ code: 'rolled-back', message: 'an older state' });
const lost = () => new Problem({ code: 'server-unreachable', message: 'lost' });

/** A server with one folder that is nothing but a counter, and a vault that believes it. */
function world(ready?: Promise<unknown>) {
  const server = { seq: 1, made: new Map<string, number>() };
  const calls: string[] = [];
  let nextCommit = 1;
  const view = (seq: number): FolderView => ({ id: 'root', seq, verified: true, entries: [], findings: [] });
  const api = {
    folderPage: vi.fn(() => Promise.resolve({ body: String(server.seq), next: null as string | null, head: `head ${server.seq}` })),
    heads: vi.fn(() => Promise.resolve(['heads'])),
    commit: vi.fn((body: string) => {
      const { id, expected } = JSON.parse(body) as { id: string; expected: number };
      if (!server.made.has(id)) {
        if (expected !== server.seq) return Promise.reject(conflict());
        server.seq += 1;
        server.made.set(id, server.seq);
      }
      return Promise.resolve({ used: 1, limit: 2 });
    }),
  };
  const vault = { seq: 0, pinned: undefined as number | undefined };
  const keeper = {
    headSeq: (page: string) => Promise.resolve(Number(page)),
    pinnedSeq: () => Promise.resolve(vault.pinned),
    leastSeq: () => Promise.resolve(vault.pinned ?? 0),
    openFolder: (_id: string, pages: string[], heads: string[]) => {
      calls.push(`open ${pages.join()} [${heads.join()}]`);
      if (Number(pages[0]) < (vault.pinned ?? 0)) return Promise.reject(old());
      vault.seq = vault.pinned = Number(pages[0]);
      return Promise.resolve(JSON.stringify(view(vault.seq)));
    },
    committed: (id: string) => {
      calls.push(`committed ${id}`);
      vault.seq = vault.pinned = vault.seq + 1;
      return Promise.resolve(['root']);
    },
    hasFolder: () => Promise.resolve(vault.seq > 0),
    folder: () => Promise.resolve(vault.seq > 0 ? JSON.stringify(view(vault.seq)) : undefined),
    abandoned: (id: string) => {
      calls.push(`abandoned ${id}`);
      return Promise.resolve();
    },
  };
  const make = (): Promise<string> => Promise.resolve(JSON.stringify({ id: `c${nextCommit++}`, expected: vault.seq, heads: [{ node: 'root', expected_seq: vault.seq }] }));
  const reports = { onMoved: vi.fn(), onView: vi.fn(), onProblem: vi.fn(), onStorage: vi.fn() };
  const folders = new Tree({ api, keeper, rootId: 'root', ready, ...reports } as unknown as TreeEnvironment);
  folders.watch('root', () => undefined);
  return { server, api, keeper, calls, make, folders, vault, ...reports };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('looking at a folder', () => {
  it('fetches nothing before what the device had kept is there, and then nothing that it has', async () => {
    let load: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => {
      load = resolve;
    });
    const { folders, api, vault, make, calls } = world(ready);
    const committed = folders.commit(make, { patient: false, folders: ['root'] });
    const refreshed = folders.refresh('root');
    await vi.runAllTimersAsync();
    expect(api.folderPage).not.toHaveBeenCalled();
    expect(api.commit).not.toHaveBeenCalled();
    vault.seq = vault.pinned = 1;
    load();
    await Promise.all([committed, refreshed]);
    // Only for the look that was asked for.
    expect(api.folderPage).toHaveBeenCalledOnce();
    expect(calls).toContain('committed c1');
    expect(folders.state('root')).toMatchObject({ status: 'ready' });
  });

  it('says that it is gone when the vault knows it no more, though nobody named it', async () => {
    const { folders, vault } = world();
    await vi.waitFor(() => expect(folders.state('root').status).toBe('ready'));
    vault.seq = 0;
    await folders.changed(['another']);
    expect(folders.state('root')).toMatchObject({ status: 'error', error: { code: 'NOT_FOUND' } });
  });

  it('fetches the heads in between when it has fallen behind', async () => {
    const { folders, server, api, calls } = world();
    await folders.refresh('root');
    server.seq = 5;
    await folders.refresh('root');
    expect(api.heads).toHaveBeenCalledExactlyOnceWith('root', 1, 5);
    expect(calls).toEqual(['open 1 []', 'open 5 [heads]']);
  });

  it('starts again when the folder changes between two pages', async () => {
    const { folders, api, calls } = world();
    api.folderPage.mockResolvedValueOnce({ body: '1', next: 'a', head: 'h' }).mockRejectedValueOnce(conflict());
    await folders.refresh('root');
    expect(calls).toEqual(['open 1 []']);
    expect(api.folderPage).toHaveBeenCalledTimes(3);
  });

  it('does not follow pages round in circles', async () => {
    const { folders, api } = world();
    api.folderPage.mockResolvedValue({ body: '1', next: 'again', head: 'h' });
    await expect(folders.refresh('root')).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('keeps the last good view when it fails, and says why', async () => {
    const { folders, api, onProblem } = world();
    await folders.refresh('root');
    api.folderPage.mockRejectedValueOnce(lost());
    await expect(folders.refresh('root')).rejects.toMatchObject({ code: 'server-unreachable' });
    expect(folders.state('root')).toMatchObject({ status: 'error', error: { code: 'server-unreachable' }, view: { seq: 1 } });
    expect(onProblem).toHaveBeenCalledOnce();
  });

  it('asks again for what a commit has overtaken on its way', async () => {
    const { folders, api, calls, make, onProblem } = world();
    await folders.refresh('root');
    let arrive: (page: { body: string; next: null; head: string }) => void = () => undefined;
    api.folderPage.mockReturnValueOnce(new Promise((resolve) => (arrive = resolve)));
    const looked = folders.refresh('root');
    await folders.commit(make, { patient: false, folders: ['root'] });
    arrive({ body: '1', next: null, head: 'head 1' });
    await looked;
    expect(calls).toEqual(['open 1 []', 'committed c1', 'open 1 []', 'open 2 []']);
    expect(onProblem).not.toHaveBeenCalled();
    expect(folders.state('root')).toMatchObject({ status: 'ready', view: { seq: 2 } });
  });

  it('asks a server that shows an older state only once', async () => {
    const { folders, api, server, onProblem } = world();
    server.seq = 5;
    await folders.refresh('root');
    api.folderPage.mockClear();
    server.seq = 4;
    await expect(folders.refresh('root')).rejects.toMatchObject({ code: 'rolled-back' });
    expect(api.folderPage).toHaveBeenCalledOnce();
    expect(onProblem).toHaveBeenCalledOnce();
  });

  it('shows what it knows when it is overtaken time and again', async () => {
    const { folders, api, vault } = world();
    await folders.refresh('root');
    api.folderPage.mockImplementation(() => {
      vault.seq = vault.pinned = vault.seq + 1;
      return Promise.resolve({ body: '1', next: null, head: 'head 1' });
    });
    await folders.refresh('root');
    expect(folders.state('root')).toMatchObject({ status: 'ready', view: { seq: vault.seq } });
  });

  it('shares a look that is under way', async () => {
    const { folders, calls } = world();
    await Promise.all([folders.refresh('root'), folders.refresh('root')]);
    expect(calls).toHaveLength(1);
  });
});

describe('committing', () => {
  it('makes the commit again on top of what another device wrote', async () => {
    const { folders, server, calls, make, onStorage } = world();
    await folders.refresh('root');
    server.seq = 2;
    await folders.commit(make, { patient: false, folders: ['root'] });
    expect(calls).toEqual(['open 1 []', 'abandoned c1', 'open 2 []', 'committed c2']);
    expect(onStorage).toHaveBeenCalledWith({ used: 1, limit: 2 });
    expect(folders.state('root')).toMatchObject({ status: 'ready', view: { seq: 3 } });
  });

  it('gives up after a bounded number of conflicts', async () => {
    const { folders, api, make } = world();
    api.commit.mockImplementation(() => Promise.reject(conflict()));
    await expect(folders.commit(make, { patient: false, folders: ['root'] })).rejects.toMatchObject({ code: 'HEAD_CONFLICT' });
    expect(api.commit.mock.calls.length).toBeLessThan(20);
  });

  it('sends the same commit again when the answer was lost, and it counts once', async () => {
    const { folders, server, api, make } = world();
    const real = api.commit.getMockImplementation()!;
    api.commit.mockImplementationOnce(async (body) => {
      await real(body);
      throw lost();
    });
    const done = folders.commit(make, { patient: false, folders: ['root'] });
    await vi.runAllTimersAsync();
    await done;
    expect(server.seq).toBe(2);
    expect(new Set(api.commit.mock.calls.map(([body]) => body)).size).toBe(1);
  });

  it('finds out what became of a commit before it makes another', async () => {
    const { folders, server, api, calls, make } = world();
    await folders.refresh('root');
    const real = api.commit.getMockImplementation()!;
    // It arrives, but no answer does, however often it is sent.
    api.commit.mockImplementation(async (body) => {
      await real(body).catch(() => undefined);
      throw lost();
    });
    const failed = folders.commit(make, { patient: false, folders: ['root'] }).catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    expect(await failed).toMatchObject({ code: 'server-unreachable' });
    expect(calls).toEqual(['open 1 []']);

    api.commit.mockImplementation(real);
    await folders.commit(make, { patient: false, folders: ['root'] });
    expect(calls).toEqual(['open 1 []', 'committed c1', 'committed c2']);
    expect(server.seq).toBe(3);
  });

  it('waits for the server when told to be patient', async () => {
    const { folders, api, make } = world();
    for (let attempt = 0; attempt < 30; attempt++) api.commit.mockRejectedValueOnce(lost());
    const done = folders.commit(make, { patient: true, folders: ['root'] });
    await vi.runAllTimersAsync();
    await done;
    expect(api.commit).toHaveBeenCalledTimes(31);
  });

  it('takes back what the server refuses', async () => {
    const { folders, api, calls, make } = world();
    await folders.refresh('root');
    api.commit.mockRejectedValueOnce(new Problem({ code: 'STORAGE_QUOTA_EXCEEDED', message: 'full' }));
    await expect(folders.commit(make, { patient: true, folders: ['root'] })).rejects.toMatchObject({ code: 'STORAGE_QUOTA_EXCEEDED' });
    expect(calls).toEqual(['open 1 []', 'abandoned c1']);
  });

  it('makes one commit after the other', async () => {
    const { folders, server, calls, make } = world();
    await Promise.all([folders.commit(make, { patient: false, folders: ['root'] }), folders.commit(make, { patient: false, folders: ['root'] })]);
    expect(calls).toEqual(['open 1 []', 'committed c1', 'committed c2']);
    expect(server.seq).toBe(3);
  });
});
