import { isPassing } from '../../lib/problem';

/** More steps than anybody remembers. */
const KEPT = 50;

/** What can be undone, in the order in which it was done. */
export class UndoSteps<Step extends { undo: () => Promise<void> }> {
  #steps: { step: Step; order: number }[] = [];
  #next = 0;

  add(step: Step): void {
    this.#steps = [...this.#steps, { step, order: this.#next++ }].slice(-KEPT);
  }

  latest(): Step | undefined {
    return this.#steps.at(-1)?.step;
  }

  has(step: Step): boolean {
    return this.#steps.some((other) => other.step === step);
  }

  /** Undoes a step once. What failed because there was no network, say, is there to be tried again; what cannot be undone any more is not in the way of the others. */
  async undo(step: Step): Promise<void> {
    const found = this.#steps.find((other) => other.step === step);
    if (found === undefined) return;
    this.#steps = this.#steps.filter((other) => other !== found);
    try {
      await step.undo();
    } catch (error) {
      if (isPassing(error)) this.#steps = [...this.#steps, found].sort((a, b) => a.order - b.order);
      throw error;
    }
  }
}
