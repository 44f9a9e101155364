/** Room for this much at once: two large files, or several small ones, whose time goes into round trips, or very many that go in one. */
const CAPACITY = 192;
const LARGE = { from: 16 * 1024 * 1024, weight: CAPACITY / 2 };
const SMALL_WEIGHT = CAPACITY / 6;

interface Task {
  id: string;
  weight: number;
  run: () => Promise<void>;
}

/** Runs transfers in the order in which they came, as many at once as fit. */
export class Queue {
  readonly #tiny: number;
  #waiting: Task[] = [];
  #room = CAPACITY;

  /** `tiny`: files up to this size, in bytes, share their round trips. */
  constructor(tiny = -1) {
    this.#tiny = tiny;
  }

  /** `run` must not reject. */
  add(id: string, size: number, run: () => Promise<void>): void {
    const weight = size > LARGE.from ? LARGE.weight : size > this.#tiny ? SMALL_WEIGHT : 1;
    this.#waiting.push({ id, weight, run });
    this.#next();
  }

  /** Takes a task out that has not begun. */
  remove(id: string): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((task) => task.id !== id);
    return this.#waiting.length < before;
  }

  clear(): void {
    this.#waiting = [];
  }

  #next(): void {
    for (;;) {
      const task = this.#waiting[0];
      // The first in line waits for room rather than being overtaken for ever.
      if (task === undefined || task.weight > this.#room) return;
      this.#waiting.shift();
      this.#room -= task.weight;
      void task.run().finally(() => {
        this.#room += task.weight;
        this.#next();
      });
    }
  }
}
