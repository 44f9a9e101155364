import type { ContentOpener } from '../../pkg/strongroom_wasm.js';

/** How many parts are being fetched while one is being opened. */
const AHEAD = 2;

/**
 * Fetches and opens a file part by part. A part is handed on only when it was
 * verified; what was handed on is a file only if this returns without an error.
 */
export async function openParts(
  opener: ContentOpener,
  reader: { read(start: number, end: number): Promise<Uint8Array> },
  deliver: (part: Uint8Array) => void | Promise<void>,
  onOpened: (bytes: number) => void,
): Promise<void> {
  const fetches: Promise<Uint8Array>[] = [];
  const fetchPart = (index: number): void => {
    const [start = 0, end = 0] = opener.partRange(index);
    const bytes = reader.read(start, end);
    bytes.catch(() => undefined);
    fetches.push(bytes);
  };
  for (let index = 0; index < opener.parts; index++) {
    while (fetches.length < opener.parts && fetches.length <= index + AHEAD) fetchPart(fetches.length);
    const bytes = await (fetches[index] as Promise<Uint8Array>);
    // Only the promise would keep the ciphertext alive.
    fetches[index] = Promise.resolve(new Uint8Array());
    const opened = await opener.openPart(index, bytes);
    await deliver(opened);
    onOpened(opened.byteLength);
  }
}
