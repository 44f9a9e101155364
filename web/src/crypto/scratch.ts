/// <reference lib="webworker" />
import { Problem } from '../lib/problem';

/** Smaller files are put together in memory: they are on their way to the disk at once anyway. */
const LARGE = 64 * 1024 * 1024;
const FOLDER = 'downloads';
/** Longer than any browser needs to copy a file that it was told to save. */
const KEEP = 60 * 60 * 1000;

/** Browsers give each origin a folder that nobody else sees. */
export type Root = () => Promise<FileSystemDirectoryHandle>;
const ownRoot: Root = () => navigator.storage.getDirectory();

interface Disk {
  folder: FileSystemDirectoryHandle;
  handle: FileSystemFileHandle;
  access: FileSystemSyncAccessHandle;
}

/**
 * Where a download is put together, verified part by verified part. A large one
 * lies on the disk, out of everybody's sight, and not in memory; where that
 * cannot be, or the disk gets full, memory serves. It is a file for others only
 * once `finish` gives it out.
 */
export class Scratch {
  #disk: Disk | null;
  /** Takes the file off the disk. */
  #remove: () => Promise<void> = () => Promise.resolve();
  /** What is on the disk, while it grows; then what the file is made of. */
  #written = 0;
  #parts: Blob[] = [];

  private constructor(disk: Disk | null) {
    this.#disk = disk;
    if (disk !== null) this.#remove = () => disk.folder.removeEntry(disk.handle.name);
  }

  static async open(size: number, root: Root = ownRoot): Promise<Scratch> {
    return new Scratch(size < LARGE ? null : await onDisk(size, root).catch(() => null));
  }

  async add(part: Uint8Array): Promise<void> {
    if (this.#disk !== null) {
      try {
        if (this.#disk.access.write(part, { at: this.#written }) === part.byteLength) {
          this.#written += part.byteLength;
          return;
        }
      } catch {
        // As if it had taken nothing.
      }
      await this.#leaveDisk(this.#disk);
    }
    this.#parts.push(new Blob([part as BlobPart]));
  }

  /** The whole file. What is on the disk stays there for as long as the browser may need to copy it. */
  async finish(): Promise<Blob> {
    if (this.#disk !== null) await this.#leaveDisk(this.#disk);
    // A type of its own would make browsers add an ending to a name that has none, or even show the file.
    return new Blob(this.#parts, { type: 'application/octet-stream' });
  }

  /** Removes whatever there is. */
  async discard(): Promise<void> {
    this.#parts = [];
    this.#disk?.access.close();
    this.#disk = null;
    await this.#remove();
  }

  /** From here on the file on the disk is only read. */
  async #leaveDisk({ access, handle }: Disk): Promise<void> {
    access.truncate(this.#written);
    access.flush();
    access.close();
    this.#disk = null;
    setTimeout(() => void this.#remove().catch(() => undefined), KEEP);
    const file = await handle.getFile();
    if (file.size !== this.#written) throw new Problem({ code: 'internal', message: 'What was written is not what is there.' });
    this.#parts = [file];
  }
}

/** Takes away what closed pages have left; what is being written refuses. */
export async function sweepScratch(root: Root = ownRoot, now = Date.now()): Promise<void> {
  const folder = await (await root()).getDirectoryHandle(FOLDER, { create: true });
  for await (const handle of folder.values()) {
    if (handle.kind !== 'file') continue;
    const { lastModified } = await (handle as FileSystemFileHandle).getFile();
    if (lastModified < now - KEEP) await folder.removeEntry(handle.name).catch(() => undefined);
  }
}

async function onDisk(size: number, root: Root): Promise<Disk | null> {
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  if (quota - usage < size) return null;
  const folder = await (await root()).getDirectoryHandle(FOLDER, { create: true });
  const handle = await folder.getFileHandle(crypto.randomUUID(), { create: true });
  return { folder, handle, access: await handle.createSyncAccessHandle() };
}
