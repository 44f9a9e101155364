import { unzipSync, zipSync, type Zippable } from 'fflate';
import { Problem } from '../../../lib/problem';

/** Bytes that a document may have unpacked. */
export const MOST_UNPACKED = 128 * 1024 * 1024;
/** Parts that it may have. */
const MOST_PARTS = 5_000;

/**
 * The same archive with everything in it unpacked and stored as it is, so that no later reader can be made to unpack
 * more than `most` bytes. What a part states as its length is what it gets: one that unpacks to more is cut there.
 * Rejects with `too-large` or `not-decoded`.
 */
export function boundedZip(archive: Uint8Array, most = MOST_UNPACKED): Uint8Array {
  let total = 0;
  let parts = 0;
  const tooLarge = (): Problem => new Problem({ code: 'too-large', message: 'The document unpacks to more than is converted.' });
  let unpacked;
  try {
    unpacked = unzipSync(archive, {
      filter: ({ originalSize }) => {
        total += originalSize;
        parts += 1;
        if (total > most || parts > MOST_PARTS) throw tooLarge();
        return true;
      },
    });
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem({ code: 'not-decoded', message: 'It is no archive.' }, { cause: error });
  }
  const stored: Zippable = {};
  for (const [name, bytes] of Object.entries(unpacked)) stored[name] = [bytes, { level: 0 }];
  return zipSync(stored);
}
