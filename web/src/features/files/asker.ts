/**
 * Asks a question again whenever the answer may have changed: one at a time, and every answer
 * is shown, since the one before it was of the same question.
 */
export class Asker<Answer> {
  readonly #ask: () => Promise<Answer>;
  readonly #show: (answer: Answer) => void;
  #isAsking = false;
  /** Milliseconds that have to pass from the last time on; null: nobody wants to know. */
  #wanted: number | null = null;
  #began = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasEnded = false;

  constructor(ask: () => Promise<Answer>, show: (answer: Answer) => void) {
    this.#ask = ask;
    this.#show = show;
  }

  /** Something has changed. `pause`: milliseconds from the last time on; the shortest that was wished counts. */
  again(pause = 0): void {
    this.#wanted = Math.min(this.#wanted ?? pause, pause);
    this.#next();
  }

  /** Nothing is asked or shown any more. */
  end(): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
  }

  #next(): void {
    clearTimeout(this.#timer);
    if (this.#hasEnded || this.#isAsking || this.#wanted === null) return;
    const left = this.#began + this.#wanted - Date.now();
    if (left > 0) this.#timer = setTimeout(() => void this.#now(), left);
    else void this.#now();
  }

  async #now(): Promise<void> {
    this.#wanted = null;
    this.#isAsking = true;
    this.#began = Date.now();
    try {
      const answer = await this.#ask();
      if (!this.#hasEnded) this.#show(answer);
    } catch {
      // A vault that was locked meanwhile; the page goes with it.
    } finally {
      this.#isAsking = false;
      this.#next();
    }
  }
}
