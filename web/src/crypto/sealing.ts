import type { ContentSealer } from '../../pkg/strongroom_wasm.js';
import type { StagedSource } from '../api/staged';
import { Problem } from '../lib/problem';

/** Bytes of the file in one part; the sealer counts on it. */
export const PART_SIZE = 8 * 1024 * 1024;

/**
 * A file's ciphertext, sealed part by part: while one part is on the wire, the
 * next is being sealed, and no more than these two are ever held.
 */
export class SealedFile implements StagedSource {
  readonly size: number;
  readonly #file: Blob;
  readonly #sealer: ContentSealer;
  /** Read once: the sealer cannot be asked while it is sealing. */
  readonly #parts: number;
  readonly #tail: (hashes: Uint8Array) => Promise<Uint8Array>;
  #index = -1;
  #start = 0;
  #current = new Blob();
  #next: Promise<Blob>;

  constructor(file: Blob, sealer: ContentSealer, totalLength: number, tail: (hashes: Uint8Array) => Promise<Uint8Array>) {
    this.size = totalLength;
    this.#file = file;
    this.#sealer = sealer;
    this.#parts = sealer.parts;
    this.#tail = tail;
    this.#next = this.#seal(0);
  }

  async from(offset: number): Promise<Blob> {
    if (offset < this.#start) throw new Problem({ code: 'bad-answer', message: 'The server lost bytes that it had acknowledged.' });
    while (offset >= this.#start + this.#current.size && this.#index + 1 < this.#parts) {
      const next = await this.#next;
      this.#start += this.#current.size;
      this.#current = next;
      this.#index += 1;
      if (this.#index + 1 < this.#parts) this.#next = this.#seal(this.#index + 1);
    }
    return this.#current.slice(offset - this.#start);
  }

  /** Frees the sealer, once it is not sealing ahead any more. */
  async close(): Promise<void> {
    await this.#next.catch(() => undefined);
    this.#sealer.free();
  }

  /** Parts are sealed strictly in order: each is begun after the one before was handed out. */
  #seal(index: number): Promise<Blob> {
    const sealed = this.#sealOne(index);
    // It may fail while nobody is waiting for it yet; whoever asks next gets the error.
    sealed.catch(() => undefined);
    return sealed;
  }

  async #sealOne(index: number): Promise<Blob> {
    const bytes = await readSlice(this.#file, index * PART_SIZE, (index + 1) * PART_SIZE);
    const sealed = await this.#sealer.sealPart(index, bytes);
    const pieces: BlobPart[] = [sealed as BlobPart];
    if (index + 1 === this.#parts) pieces.push((await this.#tail(this.#sealer.finish())) as BlobPart);
    // A Blob and not its bytes: browsers send Blobs faster, and hold them outside the heap.
    return new Blob(pieces);
  }
}

async function readSlice(file: Blob, start: number, end: number): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.slice(start, Math.min(end, file.size)).arrayBuffer());
  } catch (error) {
    throw new Problem({ code: 'file-changed', message: 'The file can no longer be read.' }, { cause: error });
  }
}
