/** How often a tab looks whether it is time; browsers slow this down for tabs in the background. */
const CHECK = 15_000;
/** Activity is noted no more often than this. */
const THROTTLE = 5_000;
const MINUTE = 60_000;
/** Minutes, where nobody chose. */
const DEFAULT = 15;
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

interface Environment {
  /** After how many minutes; null: never. */
  minutes(): number | null;
  /** Transfers count as activity: the time begins when the last of them has ended. */
  isBusy(): boolean;
  lock(): void;
  now(): number;
  /** What all tabs share. */
  last(): number | null;
  save(now: number): void;
  page: Pick<Document, 'addEventListener' | 'removeEventListener'> & { readonly visibilityState: DocumentVisibilityState };
}

/**
 * What holds on this device. Where nobody chose, a device that is kept unlocked, which
 * was chosen, does not lock by itself; what was chosen holds there too, also while no tab is open.
 */
export function effectiveMinutes(chosen: number | null | 'default', isKept: boolean): number | null {
  if (chosen !== 'default') return chosen;
  return isKept ? null : DEFAULT;
}

/**
 * Locks the vault when nobody has done anything in any tab for a while. The first
 * sign of life after that is too late: a laptop that wakes up is locked first.
 */
export class AutoLock {
  readonly #environment: Environment;
  #timer: ReturnType<typeof setInterval> | null = null;
  /** As far as this tab knows. */
  #last = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The vault was opened. */
  begin(): void {
    this.end();
    this.#note();
    this.#timer = setInterval(this.#check, CHECK);
    for (const sign of SIGNS) this.#environment.page.addEventListener(sign, this.#alive, { passive: true, capture: true });
    this.#environment.page.addEventListener('visibilitychange', this.#shown);
  }

  /** The vault was locked. */
  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    for (const sign of SIGNS) this.#environment.page.removeEventListener(sign, this.#alive, { capture: true });
    this.#environment.page.removeEventListener('visibilitychange', this.#shown);
  }

  /** Whether the time has passed, also while no tab was open. */
  isDue(): boolean {
    const minutes = this.#environment.minutes();
    if (minutes === null) return false;
    const last = Math.max(this.#last, this.#environment.last() ?? 0);
    return this.#environment.now() - last >= minutes * MINUTE;
  }

  readonly #check = (): void => {
    if (this.#environment.isBusy()) this.#note();
    else if (this.isDue()) this.#environment.lock();
  };

  readonly #alive = (): void => {
    if (this.#environment.now() - this.#last < THROTTLE) return;
    if (this.#environment.isBusy() || !this.isDue()) this.#note();
    else this.#environment.lock();
  };

  readonly #shown = (): void => {
    if (this.#environment.page.visibilityState === 'visible') this.#alive();
  };

  #note(): void {
    this.#last = this.#environment.now();
    this.#environment.save(this.#last);
  }
}
