/** Over this long the speed is averaged: long enough to be calm, short enough to be true. */
const WINDOW = 5000;
/** Before this, a figure would be a guess. */
const WARM_UP = 500;

/** The average speed of the last seconds, from what was done when. */
export class Speedometer {
  #samples: { time: number; done: number }[] = [];

  /** `done`: bytes so far; `time`: milliseconds. */
  add(done: number, time: number): void {
    const last = this.#samples.at(-1);
    // After a retry it may go back; what came before says nothing any more.
    if (last !== undefined && done < last.done) this.#samples = [];
    this.#samples.push({ time, done });
    while (this.#samples.length > 2 && time - (this.#samples[1]?.time ?? time) > WINDOW) this.#samples.shift();
  }

  /** Bytes per second; 0 while unknown. */
  speed(now: number): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined) return 0;
    const elapsed = now - first.time;
    return elapsed < WARM_UP ? 0 : ((last.done - first.done) * 1000) / elapsed;
  }

  /** Whole seconds for what is left, or null while unknown. */
  secondsLeft(left: number, now: number): number | null {
    const speed = this.speed(now);
    return speed > 0 ? Math.ceil(left / speed) : null;
  }

  reset(): void {
    this.#samples = [];
  }
}
