import type { Entry } from '../../../crypto/types';

/** Bytes up to which files are fetched together: as of `ZipFiles`. */
const SMALL = 256 * 1024;
/** As many of them at a time, and as many bytes. */
const [MOST, MOST_BYTES] = [32, 4 * 1024 * 1024];

/** Files in the order in which they are read: small ones in groups, others alone. */
export function inGroups(files: readonly Entry[]): Entry[][] {
  const groups: Entry[][] = [];
  let open: { group: Entry[]; bytes: number } | null = null;
  for (const file of files) {
    if (file.size > SMALL) {
      groups.push([file]);
      continue;
    }
    if (open === null || open.group.length === MOST || open.bytes + file.size > MOST_BYTES) {
      open = { group: [], bytes: 0 };
      groups.push(open.group);
    }
    open.group.push(file);
    open.bytes += file.size;
  }
  return groups;
}
