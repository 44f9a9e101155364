import type { AppError } from '../../app/contract';
import { hasCode, isPassing, toProblem } from '../../lib/problem';

export type SaveState =
  | { status: 'saved' }
  /** Something was typed, and is stored in a moment. */
  | { status: 'waiting' }
  | { status: 'saving' }
  /** It is tried again if the error is a passing one, and with what is typed next. */
  | { status: 'failed'; error: AppError }
  /** Another version is current by now; nothing is stored until it is decided what becomes of both. */
  | { status: 'conflict' };

interface Environment {
  /** What is stored, and the version that it is. */
  text: string;
  version: string;
  /** Rejects with `changed-since` when another version than `base` is current. */
  save: (text: string, base: string) => Promise<{ version: string }>;
  onState: (state: SaveState) => void;
}

/** After the last keystroke, in milliseconds. */
const PAUSE = 2_000;
/** After an error that may pass. */
const RETRY = 10_000;

/** Stores a text as it is typed: a moment after the last keystroke, one version at a time, in the order in which they were typed. */
export class Autosave {
  readonly #environment: Environment;
  /** Null while it is not known, or not what this device has stored. */
  #stored: string | null;
  #typed: string;
  #version: string;
  #state: SaveState = { status: 'saved' };
  #isDirty = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** The save that is under way, and of what. */
  #saving: { text: string; done: Promise<void> } | null = null;
  #hasEnded = false;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#stored = environment.text;
    this.#typed = environment.text;
    this.#version = environment.version;
  }

  get state(): SaveState {
    return this.#state;
  }

  /** What stands in the editor now. */
  get text(): string {
    return this.#typed;
  }

  /** Whether something was typed that is not known to be stored: also while it is on its way. */
  get isDirty(): boolean {
    return this.#isDirty;
  }

  /** Something was typed: this is how it reads now. */
  change(text: string): void {
    this.#typed = text;
    this.#isDirty = true;
    if (this.#state.status === 'conflict') return;
    if (this.#saving === null) this.#show({ status: 'waiting' });
    this.#schedule(PAUSE);
  }

  /** Stores it now; true when nothing is left to store. Never rejects. */
  async flush(): Promise<boolean> {
    this.#cancel();
    const underWay = this.#saving;
    await underWay?.done;
    // What was under way may be older than what was typed since; the same is not tried twice.
    if (this.#isDirty && underWay?.text !== this.#typed) await this.#save();
    return !this.#isDirty;
  }

  /** The other version was seen: what stands in the editor goes on top of it. */
  async keepMine(version: string): Promise<boolean> {
    this.#version = version;
    this.#stored = null;
    this.#isDirty = true;
    this.#show({ status: 'waiting' });
    return this.flush();
  }

  /** The editor shows what is stored, from another device or from here. */
  accept(text: string, version: string): void {
    this.#cancel();
    this.#stored = text;
    this.#typed = text;
    this.#version = version;
    this.#isDirty = false;
    this.#show({ status: 'saved' });
  }

  /** Nothing is stored any more. */
  end(): void {
    this.#hasEnded = true;
    this.#cancel();
  }

  #save(): Promise<void> {
    if (this.#state.status === 'conflict' || this.#hasEnded) return Promise.resolve();
    if (this.#saving !== null) return this.#saving.done;
    this.#cancel();
    const text = this.#typed;
    const done = this.#saveOnce(text).finally(() => {
      this.#saving = null;
      // Typed while the last version was on its way.
      if (this.#typed === text || this.#state.status === 'conflict') return;
      if (this.#state.status === 'saved') this.#show({ status: 'waiting' });
      this.#schedule(PAUSE);
    });
    this.#saving = { text, done };
    return done;
  }

  async #saveOnce(text: string): Promise<void> {
    try {
      if (text !== this.#stored) {
        this.#show({ status: 'saving' });
        this.#version = (await this.#environment.save(text, this.#version)).version;
        this.#stored = text;
      }
      this.#isDirty = this.#typed !== text;
      this.#show({ status: 'saved' });
    } catch (error) {
      const problem = toProblem(error);
      if (hasCode(problem, 'changed-since')) {
        this.#cancel();
        this.#show({ status: 'conflict' });
        return;
      }
      this.#show({ status: 'failed', error: problem.toJSON() });
      if (!isPassing(problem)) return;
      // It may have arrived all the same.
      this.#stored = null;
      this.#schedule(RETRY);
    }
  }

  #schedule(delay: number): void {
    this.#cancel();
    if (!this.#hasEnded) this.#timer = setTimeout(() => void this.#save(), delay);
  }

  #cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #show(state: SaveState): void {
    this.#state = state;
    if (!this.#hasEnded) this.#environment.onState(state);
  }
}
