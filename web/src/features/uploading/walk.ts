import type { DirectoryDropItem, DropItem } from 'react-aria-components/Table';
import { isDirectoryDropItem, isFileDropItem } from 'react-aria-components/useDrop';
import type { NotRead, UploadItem } from '../../app/contract';
import { handleAt, type Handles } from '../../lib/fileHandles';

/** What is smaller, in bytes, is sent before anybody looks for its handle. */
const WORTH_A_HANDLE = 1024 * 1024;

/** Milliseconds for which the page may stand still. */
const AT_ONCE = 16;

/** What was found in the folders that were dropped. */
export interface Found {
  files: readonly UploadItem[];
  /** Folders in which there is nothing, which exist all the same. */
  empty: readonly (readonly string[])[];
  notRead: readonly NotRead[];
}

interface Walk {
  /** Told of every file that is found. */
  onFile: (count: number) => void;
  /** Ends the walk; what was found is forgotten. */
  signal: AbortSignal;
  /** Of what was dropped. */
  handles?: Promise<Handles>;
}

/** Looks into the folders that were dropped, on this device. Rejects when the signal is aborted. */
export async function walkDropped(items: Iterable<DropItem> | AsyncIterable<DropItem>, { onFile, signal, handles }: Walk): Promise<Found> {
  const files: UploadItem[] = [];
  const empty: (readonly string[])[] = [];
  const notRead: NotRead[] = [];
  const walk = async (found: Iterable<DropItem> | AsyncIterable<DropItem>, path: readonly string[]): Promise<number> => {
    let count = 0;
    for await (const item of found) {
      signal.throwIfAborted();
      if (isFileDropItem(item)) {
        const file = await item.getFile().catch(() => null);
        if (file === null) notRead.push({ kind: 'file', name: item.name });
        else {
          const handle = handles !== undefined && file.size >= WORTH_A_HANDLE ? await handleAt(await handles, path, file.name) : undefined;
          files.push({ file, path, ...(handle === undefined ? {} : { handle }) });
        }
        onFile(files.length);
      } else if (isDirectoryDropItem(item)) await enter(item, [...path, item.name]);
      else continue;
      count += 1;
    }
    return count;
  };
  const enter = async (item: DirectoryDropItem, path: readonly string[]): Promise<void> => {
    try {
      if ((await walk(item.getEntries(), path)) === 0) empty.push(path);
    } catch {
      signal.throwIfAborted();
      notRead.push({ kind: 'folder', name: item.name });
    }
  };
  await walk(items, []);
  signal.throwIfAborted();
  return { files, empty, notRead };
}

/**
 * The same for a folder that was chosen in the browser's dialog, which tells no empty ones. How long a file is the browser
 * asks the disk when it is first asked itself, while the page stands still: so thousands of them are asked little by little.
 */
export async function fromPicked(picked: readonly File[], { onFile, signal }: Pick<Walk, 'onFile' | 'signal'>): Promise<Found> {
  const files: UploadItem[] = [];
  let since = performance.now();
  for (const file of picked) {
    askLength(file);
    files.push({ file, path: file.webkitRelativePath.split('/').slice(0, -1) });
    if (performance.now() - since < AT_ONCE) continue;
    onFile(files.length);
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    since = performance.now();
  }
  return { files, empty: [], notRead: [] };
}

function askLength({ size }: File): number {
  return size;
}
