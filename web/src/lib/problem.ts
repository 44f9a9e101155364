import type { AppError, PhraseFault } from '../app/contract';

/** The error that everything below the pages rejects with; pages see it as an `AppError`. */
export class Problem extends Error implements AppError {
  override readonly name = 'Problem';
  readonly code: AppError['code'];
  readonly retryAfter?: number;
  readonly available?: number;
  readonly uploads?: readonly string[];
  readonly phrase?: PhraseFault;
  readonly requestId?: string;

  constructor(error: AppError, options?: ErrorOptions) {
    super(error.message, options);
    this.code = error.code;
    if (error.retryAfter !== undefined) this.retryAfter = error.retryAfter;
    if (error.available !== undefined) this.available = error.available;
    if (error.uploads !== undefined) this.uploads = error.uploads;
    if (error.phrase !== undefined) this.phrase = error.phrase;
    if (error.requestId !== undefined) this.requestId = error.requestId;
  }

  /** The plain object, for state and for messages between threads. */
  toJSON(): AppError {
    const { code, message, retryAfter, available, uploads, phrase, requestId } = this;
    return {
      code,
      message,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(available === undefined ? {} : { available }),
      ...(uploads === undefined ? {} : { uploads }),
      ...(phrase === undefined ? {} : { phrase }),
      ...(requestId === undefined ? {} : { requestId }),
    };
  }
}

/** Whatever was thrown, as a Problem. Errors that nobody expected keep their message under `internal`. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof Error) {
    const code: unknown = Reflect.get(thrown, 'code');
    const known = thrown.name === 'AbortError' ? 'cancelled' : typeof code === 'string' ? code : 'internal';
    // Made by the vault, in the form that the pages know.
    const phrase = Reflect.get(thrown, 'phrase') as PhraseFault | undefined;
    return new Problem({ code: known, message: thrown.message, ...(phrase === undefined ? {} : { phrase }) }, { cause: thrown });
  }
  return new Problem({ code: 'internal', message: String(thrown) });
}

export function hasCode(thrown: unknown, ...codes: readonly AppError['code'][]): boolean {
  return thrown instanceof Problem && codes.includes(thrown.code);
}

/** The server could not be reached, or could not answer: trying again later may help, and what was sent may have arrived. */
export function isPassing(thrown: unknown): boolean {
  return hasCode(thrown, 'offline', 'server-unreachable', 'UNAVAILABLE', 'INTERNAL', 'RATE_LIMITED');
}
