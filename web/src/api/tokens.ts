import { Problem, hasCode } from '../lib/problem';

/** One at a time across all tabs: each refresh replaces the cookie that the next one needs. */
const LOCK = 'strongroom-session';
/** A token is replaced when it has less than this left. */
const MARGIN = 60_000;

export interface FreshToken {
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
}

interface Environment {
  /** Asks the server for a new token; the refresh token is in a cookie that no script can read. */
  refresh: () => Promise<FreshToken>;
  /** The server refused: this browser has no session any more. */
  onEnded: () => void;
  /** The browser's cookie is of another account's session now; this tab's is gone. */
  onReplaced: () => void;
  locks: Pick<LockManager, 'request'>;
  now: () => number;
}

/** The access token: in memory only, and always good for another minute when asked for. */
export class Tokens {
  readonly #environment: Environment;
  #token: string | null = null;
  #expires = 0;
  /** Whose session the cookie is expected to be of, before there is a token. */
  #expected: string | null = null;
  #refreshing: Promise<string> | null = null;
  /** Grows when a session begins or ends, so that a late answer cannot revive an old one. */
  #generation = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The server could not be asked: an account was opened whose session the cookie is believed to be of. */
  expect(userId: string): void {
    if (this.#token === null) this.#expected = userId;
  }

  /** Begins a session. */
  set(fresh: FreshToken): void {
    this.#generation += 1;
    this.#expected = null;
    // What was asked for the session before is not waited for.
    this.#refreshing = null;
    this.#keep(fresh);
  }

  /** Forgets the session. */
  clear(): void {
    this.#generation += 1;
    this.#expected = null;
    this.#token = null;
    this.#refreshing = null;
  }

  /** The token, or null when signed out. Refreshes it first when it is about to run out. */
  async current(): Promise<string | null> {
    if (this.#token === null) return this.#expected === null ? null : this.refresh();
    return this.#expires - this.#environment.now() > MARGIN ? this.#token : this.refresh();
  }

  /** Replaces a token that the server does not accept; many callers at once cause one request. */
  async replace(expired: string): Promise<string> {
    if (this.#token !== null && this.#token !== expired) return this.#token;
    return this.refresh();
  }

  /** A new token by the session's cookie, also when there is none yet (after a reload). */
  async refresh(): Promise<string> {
    const generation = this.#generation;
    this.#refreshing ??= this.#request(generation).finally(() => {
      if (this.#generation === generation) this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #request(generation: number): Promise<string> {
    const { locks, refresh, onEnded, onReplaced } = this.#environment;
    try {
      const fresh = await locks.request(LOCK, refresh);
      if (this.#generation !== generation) throw new Problem({ code: 'session-ended', message: 'Signed out meanwhile.' });
      const account = accountOf(fresh.accessToken);
      const expected = this.#token === null ? this.#expected : accountOf(this.#token);
      if (account !== null && expected !== null && account !== expected) {
        this.clear();
        onReplaced();
        throw new Problem({ code: 'session-ended', message: 'Another account is signed in now.' });
      }
      this.#keep(fresh);
      return fresh.accessToken;
    } catch (error) {
      if (!hasCode(error, 'UNAUTHORIZED', 'ACCOUNT_INACTIVE')) throw error;
      if (this.#generation === generation) {
        const had = this.#token !== null || this.#expected !== null;
        this.clear();
        if (had) onEnded();
      }
      throw new Problem({ code: 'session-ended', message: 'The session has ended.' }, { cause: error });
    }
  }

  #keep({ accessToken, expiresIn }: FreshToken): void {
    this.#expected = null;
    this.#token = accessToken;
    this.#expires = this.#environment.now() + expiresIn * 1000;
  }
}

/** The account in a token, which is a JWT; only the server can check it, and this tab only compares. */
function accountOf(token: string): string | null {
  try {
    const payload = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    const { sub } = JSON.parse(payload) as { sub?: unknown };
    return typeof sub === 'string' ? sub : null;
  } catch {
    return null;
  }
}
