import type { AppError, UploadItem } from '../../app/contract';
import { storedNameProblem } from '../../lib/fileNames';

/** What does not go up, and why. */
export interface LeftOut {
  kind: 'file' | 'folder';
  name: string;
  /** How many files are in a folder. */
  files: number;
  error: AppError;
}

interface Sifted {
  files: readonly UploadItem[];
  /** Empty ones. */
  folders: readonly (readonly string[])[];
  leftOut: readonly LeftOut[];
}

/** Takes out what has a name that cannot be stored: a folder with all that is in it. */
export function sift(items: readonly UploadItem[], empty: readonly (readonly string[])[]): Sifted {
  const folders = new Map<string, LeftOut>();
  const outside = (path: readonly string[], files: number): boolean => {
    const at = path.findIndex((name) => storedNameProblem(name) !== null);
    const name = path[at];
    if (name === undefined) return false;
    const key = JSON.stringify(path.slice(0, at + 1));
    const known = folders.get(key) ?? refused('folder', name);
    folders.set(key, { ...known, files: known.files + files });
    return true;
  };
  const inside = items.filter(({ path }) => !outside(path, 1));
  const kept = empty.filter((path) => !outside(path, 0));
  const isRefused = ({ file }: UploadItem): boolean => storedNameProblem(file.name) !== null;
  const leftOut = [...folders.values(), ...inside.filter(isRefused).map(({ file }) => refused('file', file.name))];
  return { files: inside.filter((item) => !isRefused(item)), folders: kept, leftOut };
}

function refused(kind: LeftOut['kind'], name: string): LeftOut {
  return { kind, name, files: 0, error: { code: `name-${storedNameProblem(name) ?? 'reserved'}`, message: 'It cannot be stored under this name.' } };
}
