import type { OpenContent } from '../../app/contract';

/** What is read at once. */
const STEP = 2 * 1024 * 1024;

/** The bytes from the beginning up to `end`; `onProgress` is told a fraction between 0 and 1. */
export async function readStart(
  content: Pick<OpenContent, 'size' | 'read'>,
  end: number,
  signal: AbortSignal,
  onProgress: (done: number) => void = () => undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const length = Math.min(content.size, end);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    signal.throwIfAborted();
    const piece = await content.read(at, Math.min(length, at + STEP));
    bytes.set(piece, at);
    at += piece.byteLength;
    if (piece.byteLength === 0) throw new Error('the content ends too early');
    onProgress(at / length);
  }
  return bytes;
}

export function readWhole(content: Pick<OpenContent, 'size' | 'read'>, signal: AbortSignal, onProgress?: (done: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  return readStart(content, content.size, signal, onProgress);
}
