import type { ContentPiece, ContentPull } from '../sw/content';
import { Problem, toProblem } from '../lib/problem';

/** Lets what flows pass, or holds it up. */
export class Gate {
  #open: Promise<void> | null = null;
  #let: () => void = () => undefined;

  pause(): void {
    this.#open ??= new Promise((resolve) => (this.#let = resolve));
  }

  resume(): void {
    this.#let();
    this.#open = null;
  }

  async pass(): Promise<void> {
    while (this.#open !== null) await this.#open;
  }
}

/**
 * Hands pieces to the service worker, each when it asks for one. Resolves once it has
 * all of them; rejects with `cancelled` when nobody wants more. Whatever goes wrong is
 * told to it, so that no half is ever taken for a whole.
 */
export async function feed(
  port: MessagePort,
  pieces: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  { gate, signal, onTaken, onCancel }: { gate: Gate; signal: AbortSignal; onTaken: (bytes: number) => void; onCancel: () => void },
): Promise<void> {
  let asked = 0;
  let wake: () => void = () => undefined;
  const state = { cancelled: false };
  port.onmessage = ({ data }: MessageEvent<ContentPull>): void => {
    if (data === 'pull') asked += 1;
    else {
      state.cancelled = true;
      onCancel();
    }
    wake();
  };
  // A player asks for many ranges of what stays open for as long as it plays.
  const over = new AbortController();
  signal.addEventListener('abort', () => wake(), { signal: over.signal });
  const pull = async (): Promise<void> => {
    while (asked === 0 && !state.cancelled && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
    if (state.cancelled || signal.aborted) throw new Problem({ code: 'cancelled', message: 'The download was cancelled.' });
    asked -= 1;
  };
  const send = (piece: ContentPiece): void => port.postMessage(piece, piece.kind === 'piece' ? [piece.bytes] : []);
  try {
    for (;;) {
      await pull();
      await gate.pass();
      const next = await pieces.next();
      if (next.done === true) break;
      const length = next.value.byteLength;
      send({ kind: 'piece', bytes: next.value.buffer });
      onTaken(length);
    }
    send({ kind: 'end' });
  } catch (error) {
    send({ kind: 'error' });
    throw state.cancelled ? new Problem({ code: 'cancelled', message: 'The download was cancelled.' }) : toProblem(error);
  } finally {
    over.abort();
    await pieces.return(undefined);
  }
}
