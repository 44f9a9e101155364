import { describe, expect, it } from 'vitest';

import { droppedHandles, handleAt } from './fileHandles';

const file = (name: string) => ({ kind: 'file', name }) as FileSystemFileHandle;
const folder = (name: string, ...inside: readonly FileSystemHandle[]) => {
  const find = (kind: string) => (wanted: string) => {
    const found = inside.find((handle) => handle.name === wanted && handle.kind === kind);
    return found === undefined ? Promise.reject(new DOMException('no', 'NotFoundError')) : Promise.resolve(found);
  };
  return { kind: 'directory', name, getFileHandle: find('file'), getDirectoryHandle: find('directory') } as unknown as FileSystemDirectoryHandle;
};
const drop = (...items: readonly (FileSystemHandle | null)[]) =>
  ({ items: [...items.map((handle) => ({ kind: 'file', getAsFileSystemHandle: () => Promise.resolve(handle) })), { kind: 'string' }, { kind: 'file' }] }) as unknown as DataTransfer;

describe('handles of what is dropped', () => {
  it('lead to every file in it', async () => {
    const [one, two] = [file('one'), file('two')];
    const handles = await droppedHandles(drop(one, null, folder('photos', folder('sea', two))));
    expect(await handleAt(handles, [], 'one')).toBe(one);
    expect(await handleAt(handles, ['photos', 'sea'], 'two')).toBe(two);
  });

  it('are done without where the browser gives none', async () => {
    const handles = await droppedHandles(drop(folder('photos'), file('twice'), file('twice')));
    expect(await handleAt(handles, ['photos'], 'one')).toBeUndefined();
    expect(await handleAt(handles, ['photos', 'sea'], 'one')).toBeUndefined();
    expect(await handleAt(handles, [], 'photos')).toBeUndefined();
    expect(await handleAt(handles, [], 'twice')).toBeUndefined();
    expect(await handleAt(new Map(), [], 'one')).toBeUndefined();
  });
});
