import { feed, type Gate } from '../../crypto/feeding';
import type { Entry } from '../../crypto/types';
import { zip, zipLength, type ZipEntry } from './zip';
import { stopIfAborted, ZipFiles, type FilesEnvironment } from './zipFiles';
import { zipNames } from './zipNames';

/** Pieces that are handed on have about this length at least, in bytes: each is a message of its own. */
const LEAST = 256 * 1024;

export interface ZipEnvironment extends FilesEnvironment {
  /** What the vault knows of a folder, which is fetched if it does not. */
  list(folder: string): Promise<Listed>;
}

/** What was verified of a folder. */
export interface Listed {
  entries: readonly Entry[];
  /** False: something in it was put aside, or the folder is not what it should be. */
  isWhole: boolean;
}

/** A zip that is about to be made. */
export interface PlannedZip {
  /** Bytes of the zip. */
  length: number;
  /** Bytes of the files in it. */
  size: number;
  /** False: something was put aside, and is not in it. */
  isWhole: boolean;
  /** Piece by piece, as it is taken; everything in it was verified. */
  pieces: (onContent: (bytes: number) => void) => AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
}

/** Finds everything in and below the entries, but for what is in the trash. */
export async function planZip(environment: ZipEnvironment, entries: readonly Entry[], signal: AbortSignal): Promise<PlannedZip> {
  const layout: ZipEntry[] = [];
  const files: (Entry | null)[] = [];
  let isWhole = true;
  const add = async (found: readonly Entry[], above: readonly string[]): Promise<void> => {
    const names = zipNames(found.map(({ name }) => name));
    for (const [index, entry] of found.entries()) {
      stopIfAborted(signal);
      const path = [...above, names[index] ?? '_'];
      const isFolder = entry.kind === 'folder';
      layout.push({ path, isFolder, size: isFolder ? 0 : entry.size, modified: entry.modified });
      files.push(isFolder ? null : entry);
      if (!isFolder) continue;
      const listed = await environment.list(entry.id);
      isWhole &&= listed.isWhole;
      await add(listed.entries.filter(({ trashed }) => trashed === null), path);
    }
  };
  await add(entries, []);
  return {
    length: zipLength(layout),
    size: layout.reduce((sum, { size }) => sum + size, 0),
    isWhole,
    pieces(onContent) {
      const contents = new ZipFiles(environment, files, signal);
      return gathered(
        zip(layout, async function* (index) {
          for await (const bytes of contents.of(index)) {
            onContent(bytes.byteLength);
            yield bytes;
          }
        }),
      );
    },
  };
}

/** The ways in which a zip is taken; `progress` hears of the bytes of files in it so far. */
export function zipSource(
  pieces: PlannedZip['pieces'],
  { gate, signal, progress }: { gate: Gate; signal: AbortSignal; progress: (done: number) => void },
): { feed(port: MessagePort): Promise<void>; collect(): Promise<Blob> } {
  const begin = (): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> => {
    let done = 0;
    return pieces((bytes) => {
      done += bytes;
      progress(done);
    });
  };
  return {
    // Asked for a part of it the service worker makes it fail: a zip comes as a whole.
    feed: (port) => feed(port, begin(), { gate, signal, onTaken: () => undefined, onCancel: () => undefined }),
    async collect() {
      const parts: Blob[] = [];
      for await (const piece of begin()) {
        await gate.pass();
        stopIfAborted(signal);
        parts.push(new Blob([piece]));
      }
      // A type of its own would make browsers unpack it, or add an ending.
      return new Blob(parts, { type: 'application/octet-stream' });
    },
  };
}

/** The same bytes in fewer pieces, each with a buffer of its own. */
export async function* gathered(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>, least = LEAST): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let [waiting, length]: [Uint8Array[], number] = [[], 0];
  const take = (): Uint8Array<ArrayBuffer> => {
    const all = new Uint8Array(length);
    let at = 0;
    for (const piece of waiting) {
      all.set(piece, at);
      at += piece.byteLength;
    }
    [waiting, length] = [[], 0];
    return all;
  };
  for await (const piece of pieces) {
    waiting.push(piece);
    length += piece.byteLength;
    if (length >= least) yield take();
  }
  if (length > 0) yield take();
}
