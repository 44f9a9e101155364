import type { ContentSealer } from '../../pkg/strongroom_wasm.js';
import type { StagedSource } from '../api/staged';
import { Problem, toProblem } from '../lib/problem';

/** Bytes of the file in one part; the sealer counts on it. */
export const PART_SIZE = 8 * 1024 * 1024;

/** Parts in one request at most: the server makes them durable together, and answers once. */
export const PARTS_AT_ONCE = 3;
/** Parts that are held at most: as many as are on the wire, and as many for the next request. */
const HELD = 2 * PARTS_AT_ONCE;

/** Who wants the ciphertext. */
export interface SealedFileHost {
  /** Seals the segment list, which the hashes of all segments go into. */
  tail: (hashes: Uint8Array) => Promise<Uint8Array>;
  /** Is done with the hashes of what is sealed before any of it is given out. */
  keep?: (hashes: Uint8Array) => Promise<void>;
  /** So many bytes of the file are what was sent before, and are not given out again. */
  onCompared?: (bytes: number) => void;
}

/**
 * A file's ciphertext, sealed part by part: while a request is on the wire, the
 * parts for the next one are being sealed. A part is held until the server has
 * acknowledged all of it, so that whatever it did not take can be sent again.
 */
export class SealedFile implements StagedSource {
  readonly size: number;
  readonly #file: Blob;
  readonly #sealer: ContentSealer;
  /** Read once: the sealer cannot be asked while it is sealing. */
  readonly #parts: number;
  readonly #tail: SealedFileHost['tail'];
  /** Sealed parts, the first of which begins at `#start`. */
  #held: Uint8Array<ArrayBuffer>[] = [];
  #start = 0;
  /** The part that is sealed next, or is being sealed. */
  #next = 0;
  /** Stays when sealing fails: whoever asks for more gets the error. */
  #sealing: Promise<void> | null = null;
  #closed = false;
  /** Of all segments that are sealed. */
  #hashes: Uint8Array = new Uint8Array();
  readonly #keep: NonNullable<SealedFileHost['keep']>;
  readonly #onCompared: NonNullable<SealedFileHost['onCompared']>;

  constructor(file: Blob, sealer: ContentSealer, totalLength: number, { tail, keep = () => Promise.resolve(), onCompared = () => undefined }: SealedFileHost) {
    this.#keep = keep;
    this.#onCompared = onCompared;
    this.size = totalLength;
    this.#file = file;
    this.#sealer = sealer;
    this.#parts = sealer.parts;
    this.#tail = tail;
    this.#sealAhead();
  }

  /** Of all segments that are sealed so far. */
  get hashes(): Uint8Array {
    return this.#hashes;
  }

  async from(offset: number): Promise<Uint8Array<ArrayBuffer>> {
    if (offset === 0 && this.#start > 0) throw new Problem({ code: 'upload-expired', message: 'The server has given the upload up.' });
    if (offset < this.#start) throw new Problem({ code: 'bad-answer', message: 'The server lost bytes that it had acknowledged.' });
    this.#acknowledged(offset);
    while (this.#held.length === 0 && this.#next < this.#parts) {
      this.#sealAhead();
      await this.#sealing;
      this.#skip(offset);
    }
    this.#sealAhead();
    const ready = this.#held.slice(0, PARTS_AT_ONCE);
    const start = this.#start;
    await this.#keep(this.#hashes);
    return joined(ready, offset - start);
  }

  /**
   * Seals what nobody asked for any more, because the server has it: only then is it known to be
   * the file that it was, and only then are all hashes there.
   */
  async finish(): Promise<void> {
    while (this.#next < this.#parts) {
      this.#sealAhead();
      await this.#sealing;
      this.#skip(this.size);
    }
  }

  /** Frees the sealer, once it is not sealing ahead any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#sealing?.catch(() => undefined);
    this.#sealer.free();
  }

  /** The server has this from before: it was sealed only to be compared. */
  #skip(offset: number): void {
    this.#acknowledged(offset);
    if (this.#held.length === 0) this.#onCompared(Math.min(this.#file.size, this.#next * PART_SIZE));
  }

  /** Lets go of the parts before this offset. */
  #acknowledged(offset: number): void {
    for (let first = this.#held[0]; first !== undefined && offset >= this.#start + first.byteLength; first = this.#held[0]) {
      this.#start += first.byteLength;
      this.#held.shift();
    }
  }

  /** Parts are sealed strictly in order, one at a time. */
  #sealAhead(): void {
    if (this.#closed || this.#sealing !== null || this.#next === this.#parts || this.#held.length >= HELD) return;
    this.#sealing = this.#sealOne(this.#next).then((part) => {
      this.#held.push(part);
      this.#next += 1;
      this.#sealing = null;
      this.#sealAhead();
    });
    // It may fail while nobody is waiting for it yet.
    this.#sealing.catch(() => undefined);
  }

  async #sealOne(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await readSlice(this.#file, index * PART_SIZE, (index + 1) * PART_SIZE);
    let sealed: Uint8Array;
    try {
      sealed = await this.#sealer.sealPart(index, bytes);
    } catch (error) {
      // Whoever sends must be able to tell it from a lost connection, which is tried again.
      throw toProblem(error);
    }
    const hashes = this.#sealer.hashes();
    const pieces = [sealed];
    if (index + 1 === this.#parts) pieces.push(await this.#tail(this.#sealer.finish()));
    this.#hashes = hashes;
    return pieces.length === 1 ? (sealed as Uint8Array<ArrayBuffer>) : joined(pieces);
  }
}

/** Bytes and no Blob: browsers free a Blob's bytes when it pleases them, and have no room for those of a large file. */
function joined(pieces: readonly Uint8Array[], from = 0): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, -from));
  let at = -from;
  for (const piece of pieces) {
    // The first is the only one that may begin before.
    all.set(at < 0 ? piece.subarray(-at) : piece, Math.max(0, at));
    at += piece.byteLength;
  }
  return all;
}

async function readSlice(file: Blob, start: number, end: number): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.slice(start, Math.min(end, file.size)).arrayBuffer());
  } catch (error) {
    throw new Problem({ code: 'file-changed', message: 'The file can no longer be read.' }, { cause: error });
  }
}
