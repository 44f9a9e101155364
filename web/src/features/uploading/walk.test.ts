import type { DirectoryDropItem, DropItem, FileDropItem } from 'react-aria-components/Table';
import { describe, expect, it, vi } from 'vitest';

import { fromPicked, walkDropped } from './walk';

const file = (name: string): FileDropItem => ({ kind: 'file', type: '', name, getFile: () => Promise.resolve(new File([name], name)), getText: () => Promise.resolve(name) });
const directory = (name: string, ...entries: (FileDropItem | DirectoryDropItem)[]): DirectoryDropItem => ({
  kind: 'directory',
  name,
  async *getEntries() {
    for (const entry of entries) yield await Promise.resolve(entry);
  },
});
const still = new AbortController().signal;
const dropped: DropItem[] = [file('top'), directory('photos', file('one'), directory('sea', file('two')), directory('none'))];

describe('what is dropped', () => {
  it('is walked with the folders that each file is in, and the empty ones', async () => {
    const onFile = vi.fn();
    const { files, empty } = await walkDropped(dropped, { onFile, signal: still });
    expect(files.map((found) => [...found.path, found.file.name].join('/'))).toEqual(['top', 'photos/one', 'photos/sea/two']);
    expect(empty).toEqual([['photos', 'none']]);
    expect(onFile.mock.calls.map(([count]) => count as number)).toEqual([1, 2, 3]);
  });

  it('goes on where something cannot be read', async () => {
    const unreadable = (item: FileDropItem): FileDropItem => ({ ...item, getFile: () => Promise.reject(new DOMException('no', 'NotReadableError')) });
    const closed: DirectoryDropItem = { ...directory('closed'), getEntries: () => { throw new DOMException('no', 'NotReadableError'); } };
    const { files, empty, notRead } = await walkDropped([directory('photos', unreadable(file('one')), closed, file('two'))], { onFile: vi.fn(), signal: still });
    expect(files.map(({ file: { name } }) => name)).toEqual(['two']);
    expect(empty).toEqual([]);
    expect(notRead).toEqual([{ kind: 'file', name: 'one' }, { kind: 'folder', name: 'closed' }]);
  });

  it('is forgotten when somebody cancels', async () => {
    const cancelled = new AbortController();
    const walk = walkDropped(dropped, {
      onFile: (count) => {
        if (count === 2) cancelled.abort();
      },
      signal: cancelled.signal,
    });
    await expect(walk).rejects.toThrow(/abort/i);
  });
});

it('takes the folders of picked files from their paths', async () => {
  const picked = new File(['x'], 'x.txt');
  Object.defineProperty(picked, 'webkitRelativePath', { value: 'photos/sea/x.txt' });
  const { files } = await fromPicked([picked], { onFile: vi.fn(), signal: still });
  expect(files[0]?.path).toEqual(['photos', 'sea']);
});

it('lets the page breathe while the lengths of picked files are looked up, and ends when somebody cancels', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const slow = (): File => {
    const picked = new File(['x'], 'x.txt');
    Object.defineProperty(picked, 'webkitRelativePath', { value: 'photos/x.txt' });
    // As a browser does that asks the disk.
    Object.defineProperty(picked, 'size', {
      get() {
        now += 10;
        return 1;
      },
    });
    return picked;
  };
  const onFile = vi.fn();
  await fromPicked([slow(), slow(), slow(), slow(), slow()], { onFile, signal: still });
  expect(onFile.mock.calls.map(([count]) => count as number)).toEqual([2, 4]);
  await expect(fromPicked([slow(), slow(), slow()], { onFile, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
});
