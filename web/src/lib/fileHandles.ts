/** What a browser that has the File System Access API gives for what is dropped. */
type Handed = DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> };

/** By its name, for what was dropped: where the browser finds it again after a reload. */
export type Handles = ReadonlyMap<string, FileSystemHandle>;

/** Only while the drop is being handled. Leaves out whatever the browser gives no handle for, and two of one name. */
export async function droppedHandles(data: DataTransfer): Promise<Handles> {
  const asked = [...data.items].filter(({ kind }) => kind === 'file').map((item: Handed) => item.getAsFileSystemHandle?.().catch(() => null) ?? Promise.resolve(null));
  const handles = new Map<string, FileSystemHandle>();
  const doubled = new Set<string>();
  for (const handle of await Promise.all(asked)) {
    if (handle === null) continue;
    if (handles.has(handle.name)) doubled.add(handle.name);
    handles.set(handle.name, handle);
  }
  for (const name of doubled) handles.delete(name);
  return handles;
}

/** The handle of a file in what was dropped, if it can be had. */
export async function handleAt(handles: Handles, path: readonly string[], name: string): Promise<FileSystemFileHandle | undefined> {
  const [top, ...below] = [...path, name];
  let found = handles.get(top);
  try {
    for (const [index, step] of below.entries()) {
      if (!isFolder(found)) return undefined;
      found = await (index === below.length - 1 ? found.getFileHandle(step) : found.getDirectoryHandle(step));
    }
  } catch {
    // Handles are not to be had of everything that can be read.
    return undefined;
  }
  return isFile(found) ? found : undefined;
}

function isFile(handle: FileSystemHandle | undefined): handle is FileSystemFileHandle {
  return handle?.kind === 'file';
}

function isFolder(handle: FileSystemHandle | undefined): handle is FileSystemDirectoryHandle {
  return handle?.kind === 'directory';
}
