import { beforeEach, expect, it, vi } from 'vitest';
import type { App, VersionInfo } from '../../app/contract';
import { setVersionRetention } from '../../lib/preferences';
import { keptVersions } from './keptVersions';

const versions: VersionInfo[] = [
  { id: 'new', size: 1, time: 3, current: true },
  { id: 'old', size: 1, time: 2, current: false },
  { id: 'older', size: 1, time: 1, current: false },
];

function appOf(deleteVersions: App['deleteVersions']) {
  const phase = { name: 'unlocked', email: '', userId: 'ada', rootId: '' } as const;
  return { versions: () => Promise.resolve(versions), deleteVersions, getState: () => ({ phase }) as ReturnType<App['getState']> };
}

beforeEach(() => setVersionRetention('ada', null));

it('deletes nothing that nobody asked to be deleted', async () => {
  setVersionRetention('bob', { kind: 'newest', count: 10 });
  const deleteVersions = vi.fn(() => Promise.resolve());
  expect(await keptVersions(appOf(deleteVersions), 'file', 4)).toEqual(versions);
  expect(deleteVersions).not.toHaveBeenCalled();
});

it('deletes what is due, and shows what is left', async () => {
  setVersionRetention('ada', { kind: 'newest', count: 2 });
  const deleteVersions = vi.fn(() => Promise.resolve());
  expect((await keptVersions(appOf(deleteVersions), 'file', 4)).map(({ id }) => id)).toEqual(['new', 'old']);
  expect(deleteVersions).toHaveBeenCalledExactlyOnceWith('file', ['older']);
});

it('shows all of them when the server does not answer', async () => {
  setVersionRetention('ada', { kind: 'newest', count: 1 });
  expect(await keptVersions(appOf(() => Promise.reject(new Error('offline'))), 'file', 4)).toEqual(versions);
});
