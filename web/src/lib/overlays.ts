import type { RouterHistory } from '@tanstack/react-router';

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** The windows that are open over the page, from the lowest one up. */
    over?: readonly string[];
  }
}

interface Overlay {
  mark: string;
  close: () => void;
}

type History = Pick<RouterHistory, 'location' | 'push' | 'replace' | 'go' | 'subscribe'>;

/**
 * Gives every window over the page an entry of its own in the browser's history, at the same
 * address, so that Back closes the window and does not leave the page.
 */
export class Overlays {
  readonly #history: History;
  #open: Overlay[] = [];
  #isSettling = false;
  /** On the way back through entries of windows that are closed. */
  #isGoing = false;

  constructor(history: History) {
    this.#history = history;
    history.subscribe(() => this.#moved());
  }

  /** A window opens; `close` is what Back asks of it. Call what is returned when it is gone. */
  open(close: () => void): () => void {
    const overlay = { mark: crypto.randomUUID(), close };
    this.#open.push(overlay);
    this.#settleSoon();
    return () => {
      this.#open = this.#open.filter((other) => other !== overlay);
      this.#settleSoon();
    };
  }

  get #marks(): readonly string[] {
    return this.#history.location.state.over ?? [];
  }

  #moved(): void {
    const isOurs = this.#isGoing;
    this.#isGoing = false;
    const marks = new Set(this.#marks);
    if (!isOurs) for (const { close } of this.#open.filter(({ mark }) => !marks.has(mark)).reverse()) close();
    this.#settleSoon();
  }

  /** One window may open in the moment in which another closes, and one that was asked to close may stay to ask something. */
  #settleSoon(): void {
    if (this.#isSettling) return;
    this.#isSettling = true;
    setTimeout(() => {
      this.#isSettling = false;
      this.#settle();
    });
  }

  #settle(): void {
    if (this.#isGoing) return;
    const wanted = this.#open.map(({ mark }) => mark);
    const { href } = this.#history.location;
    const there = this.#marks.length;
    if (there > wanted.length) {
      // Of windows that are closed, or were open before a reload: there is nothing to go back to.
      this.#isGoing = true;
      this.#history.go(wanted.length - there);
    } else if (there === wanted.length) {
      if (wanted.some((mark, index) => this.#marks[index] !== mark)) this.#write('replace', href, wanted);
    } else {
      for (let depth = there + 1; depth <= wanted.length; depth++) this.#write('push', href, wanted.slice(0, depth));
    }
  }

  #write(how: 'push' | 'replace', href: string, over: readonly string[]): void {
    this.#isGoing = true;
    this.#history[how](href, { over });
    this.#isGoing = false;
  }
}
