import type { Transfer } from '../../app/contract';
import type { Problem } from '../../lib/problem';
import { Speedometer } from './speed';
import { canRetry, isActive } from './summary';

/** The page hears at most this often: thousands of small files may be on their way. */
const INTERVAL = 100;

/** The transfers as the page shows them, in the order in which they came. */
export class Board {
  readonly #show: (transfers: readonly Transfer[]) => void;
  readonly #now: () => number;
  readonly #transfers = new Map<string, Transfer>();
  readonly #speeds = new Map<string, Speedometer>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(show: (transfers: readonly Transfer[]) => void, now: () => number) {
    this.#show = show;
    this.#now = now;
  }

  /** Shown at once. */
  add(transfers: readonly Transfer[]): void {
    for (const transfer of transfers) this.#transfers.set(transfer.id, transfer);
    this.#publish();
  }

  find(id: string): Transfer | undefined {
    return this.#transfers.get(id);
  }

  get anyActive(): boolean {
    return [...this.#transfers.values()].some(isActive);
  }

  active(): Transfer[] {
    return [...this.#transfers.values()].filter(isActive);
  }

  failures(): Transfer[] {
    return [...this.#transfers.values()].filter(canRetry).filter(({ status }) => status === 'failed');
  }

  begin(id: string): void {
    const meter = new Speedometer();
    meter.add(0, this.#now());
    this.#speeds.set(id, meter);
    this.#change(id, { status: 'running', done: 0, speed: 0, secondsLeft: null, isComparing: false, isPartial: false, error: undefined });
  }

  progress(id: string, done: number): void {
    const transfer = this.#transfers.get(id);
    const meter = this.#speeds.get(id);
    if (transfer?.status !== 'running' || meter === undefined) return;
    const now = this.#now();
    if (transfer.isComparing === true) {
      this.#sends(id, done, now);
      return;
    }
    meter.add(done, now);
    this.#change(id, { done, speed: meter.speed(now), secondsLeft: meter.secondsLeft(transfer.size - done, now) });
  }

  /** So much was sent before, and is compared with what the file is now. */
  comparing(id: string, done: number): void {
    if (this.#transfers.get(id)?.status === 'running') this.#change(id, { done, isComparing: true });
  }

  /** How large it is has come out. */
  sized(id: string, size: number): void {
    this.#change(id, { size });
  }

  /** Something that belongs to it was put aside. */
  partial(id: string): void {
    this.#change(id, { isPartial: true });
  }

  paused(id: string): void {
    this.#end(id, 'paused', {});
  }

  /** What is missing before it goes on. */
  wants(id: string, what: NonNullable<Transfer['wants']>): void {
    this.#change(id, { wants: what });
  }

  /** What had been sent is of no use any more. */
  begunAnew(id: string, why: NonNullable<Transfer['anew']>): void {
    this.#change(id, { anew: why, done: 0, isComparing: false });
  }

  resumed(id: string): void {
    const transfer = this.#transfers.get(id);
    if (transfer !== undefined) this.#sends(id, transfer.done, this.#now());
  }

  finishing(id: string): void {
    this.#end(id, 'finishing', { done: this.#transfers.get(id)?.size ?? 0 });
  }

  done(id: string): void {
    this.#end(id, 'done', { done: this.#transfers.get(id)?.size ?? 0 });
  }

  failed(id: string, problem: Problem): void {
    if (problem.code === 'cancelled') this.#end(id, 'cancelled', {});
    else this.#end(id, 'failed', { error: problem.toJSON() });
  }

  queueAgain(id: string): void {
    this.#end(id, 'queued', { done: 0, error: undefined, wants: undefined });
  }

  /** Removes one that is over. False: it is not over, or not here. */
  remove(id: string): boolean {
    const transfer = this.#transfers.get(id);
    if (transfer === undefined || isActive(transfer)) return false;
    this.#transfers.delete(id);
    this.#publish();
    return true;
  }

  /** Removes what is over and returns its ids. */
  clearEnded(): string[] {
    const ended = [...this.#transfers.values()].filter((transfer) => !isActive(transfer)).map(({ id }) => id);
    for (const id of ended) this.#transfers.delete(id);
    this.#publish();
    return ended;
  }

  clear(): void {
    this.#transfers.clear();
    this.#speeds.clear();
    this.#publish();
  }

  /** From here on it is measured how fast it is. */
  #sends(id: string, done: number, now: number): void {
    const meter = new Speedometer();
    meter.add(done, now);
    this.#speeds.set(id, meter);
    this.#change(id, { status: 'running', done, isComparing: false });
  }

  #end(id: string, status: Transfer['status'], change: Partial<Transfer>): void {
    this.#speeds.delete(id);
    this.#change(id, { status, speed: 0, secondsLeft: null, ...change });
  }

  #change(id: string, change: Partial<Transfer>): void {
    const transfer = this.#transfers.get(id);
    // Gone with the vault that was locked meanwhile.
    if (transfer === undefined) return;
    this.#transfers.set(id, { ...transfer, ...change });
    this.#timer ??= setTimeout(() => this.#publish(), INTERVAL);
  }

  #publish(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#show([...this.#transfers.values()]);
  }
}

