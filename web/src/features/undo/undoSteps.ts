import { isPassing } from '../../lib/problem';

/** More steps than anybody remembers. */
const KEPT = 50;

/** What can be undone, in the order in which it was done. */
export class UndoSteps<Step extends { about: readonly string[]; undo: (about: readonly string[]) => Promise<void> }> {
  #steps: { step: Step; about: readonly string[]; order: number }[] = [];
  #next = 0;
  readonly #underWay = new Set<Promise<void>>();
  #turn = Promise.resolve();

  /** Does what adds a step in the end. Until it has, nothing is undone: it would be what was done before. */
  async during(act: () => Promise<void>): Promise<void> {
    const done = act();
    this.#underWay.add(done);
    try {
      await done;
    } finally {
      this.#underWay.delete(done);
    }
  }

  /** What was begun last and is still being done. */
  get act(): Promise<void> | undefined {
    return [...this.#underWay].at(-1);
  }

  /**
   * Undoing, one after the other and after all that is being done: two of them may be about
   * the same entry. When it is what is being done that is `meant`, and that fails, there is
   * nothing to undo. `work` does not reject.
   */
  inTurn(work: () => Promise<void>, meant?: Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      await Promise.allSettled(this.#underWay);
      const [outcome] = await Promise.allSettled([meant]);
      if (outcome.status === 'fulfilled') await work();
    });
    return this.#turn;
  }

  /** Whether there is something to undo, or will be in a moment. */
  get hasAny(): boolean {
    return this.#steps.length > 0 || this.#underWay.size > 0;
  }

  add(step: Step): void {
    this.#steps = [...this.#steps, { step, about: step.about, order: this.#next++ }].slice(-KEPT);
  }

  latest(): Step | undefined {
    return this.#steps.at(-1)?.step;
  }

  has(step: Step): boolean {
    return this.#steps.some((other) => other.step === step);
  }

  /** Leaves out what is gone for good. Gives the steps of which nothing is left. */
  forget(gone: ReadonlySet<string>): Step[] {
    const left = this.#steps.map((kept) => ({ ...kept, about: kept.about.filter((id) => !gone.has(id)) }));
    this.#steps = left.filter(({ about }) => about.length > 0);
    return left.filter(({ about }) => about.length === 0).map(({ step }) => step);
  }

  /** Undoes a step once. What failed because there was no network, say, is there to be tried again; what cannot be undone any more is not in the way of the others. */
  async undo(step: Step): Promise<void> {
    const found = this.#steps.find((other) => other.step === step);
    if (found === undefined) return;
    this.#steps = this.#steps.filter((other) => other !== found);
    try {
      await step.undo(found.about);
    } catch (error) {
      if (isPassing(error)) this.#steps = [...this.#steps, found].sort((a, b) => a.order - b.order);
      throw error;
    }
  }
}
