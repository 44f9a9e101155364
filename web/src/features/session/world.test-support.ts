import { vi } from 'vitest';

import type { Api } from '../../api/api';
import type { AppState } from '../../app/contract';
import type { RunningKeeper } from '../../crypto/keeper';
import { Problem } from '../../lib/problem';
import { Store } from '../../lib/store';
import { Session } from './session';
import type { TabMessage } from './tabs';

export const problem = (code: string): Problem => new Problem({ code, message: code });
export const KEYS = { salt: 's', kdf: 'argon2id', user_id: 'u1' };
export const STORAGE = { used: 5, limit: 10 };
let user = 0;

/** A session whose server, keeper, device and other tabs are played. */
export function world() {
  const email = `a${++user}@example.org`;
  const state = new Store<AppState>({ phase: { name: 'starting' }, progress: null, storage: null, profile: null, transfers: [], update: 'none', findings: [], tree: 'reading', texts: null });
  const api = {
    register: vi.fn(() => Promise.resolve()),
    prelogin: vi.fn<() => Promise<{ salt: string; kdf: string | null }>>(() => Promise.resolve({ salt: 's', kdf: 'argon2id' })),
    login: vi.fn(() => Promise.resolve({ userId: 'u1', email, storage: STORAGE, keys: KEYS })),
    logout: vi.fn(() => Promise.resolve()),
    resume: vi.fn(() => Promise.resolve()),
    forget: vi.fn(),
    expect: vi.fn(),
    profile: vi.fn(() => Promise.resolve({ userId: 'u1', email, storage: STORAGE })),
    keys: vi.fn(() => Promise.resolve(KEYS)),
    updateKeys: vi.fn(() => Promise.resolve()),
    changePassword: vi.fn(() => Promise.resolve()),
    startRecovery: vi.fn(() => Promise.resolve({ token: 't1', userId: 'u1', body: '{}' })),
    finishRecovery: vi.fn(() => Promise.resolve({ userId: 'u1', email, storage: STORAGE, keys: KEYS })),
    replaceRecovery: vi.fn(() => Promise.resolve()),
  };
  const steps: string[] = [];
  const step = (name: string, value?: unknown) => vi.fn((...args: unknown[]) => {
    steps.push([name, ...args.filter((arg) => typeof arg === 'string')].join(' '));
    return Promise.resolve(value);
  });
  const keeper = {
    createAccount: step('create', 'one two three'),
    accountRequest: step('request', '{}'),
    accountPasswordHash: step('proof', 'hash'),
    openAccount: step('open account', { userId: 'u1', rootId: 'r1' }),
    discardAccount: step('discard'),
    derive: step('derive', 'hash'),
    unlock: step('unlock', { userId: 'u1', rootId: 'r1' }),
    forgetCredentials: step('forget'),
    changePassword: step('change', '{}'),
    hasNewPassword: vi.fn(() => Promise.resolve(false)),
    passwordChanged: step('changed'),
    openOlder: step('open older', { state: { seen: 5, served: 4 }, pins: { seen: 9, served: 7 } }),
    changeOlderPassword: step('change older', '{"older":1}'),
    olderPasswordChanged: step('older changed'),
    acceptOlder: step('accept older', '{"pins":1}'),
    olderAccepted: step('older accepted', { userId: 'u1', rootId: 'r1' }),
    discardOlder: step('discard older'),
    parsePhrase: step('parse'),
    recoveryRequest: step('recovery request', '{"auth":1}'),
    openRecovery: step('open recovery', { userId: 'u1', rootId: 'r1' }),
    recover: vi.fn((token: string, password: string) => {
      steps.push(`recover ${token} ${password}`);
      return Promise.resolve(JSON.stringify({ new_password_hash: `hash of ${password}` }));
    }),
    recovered: step('recovered', { userId: 'u1', rootId: 'r1' }),
    discardRecovery: step('discard recovery'),
    makePhrase: step('make phrase', 'four five six'),
    replacePhrase: step('replace phrase', '{"phrase":1}'),
    hasPhrase: vi.fn(() => Promise.resolve(false)),
    phraseReplaced: step('phrase replaced'),
    discardPhrase: step('discard phrase'),
    keep: vi.fn<(key: CryptoKey) => Promise<Uint8Array>>(() => Promise.resolve(new Uint8Array([4, 4]))),
    unlockKept: vi.fn<(key: CryptoKey, kept: Uint8Array, keys: string, pins: Uint8Array) => Promise<{ userId: string; rootId: string }>>(() =>
      Promise.resolve({ userId: 'u1', rootId: 'r1' }),
    ),
    mergeKeys: step('merge'),
    exchangePins: vi.fn((kept: Uint8Array) => Promise.resolve(kept)),
    pins: vi.fn(() => Promise.resolve(new Uint8Array([1, 2, 3]))),
    takeAcceptedElsewhere: vi.fn<() => Promise<boolean>>(() => Promise.resolve(false)),
    sealedPins: vi.fn<() => Promise<string | undefined>>(() => Promise.resolve(undefined)),
    sealedPinsAccepted: step('pins accepted'),
  };
  const end = vi.fn();
  const startKeeper = vi.fn(() => ({ remote: keeper, isAlive: true, end }) as unknown as RunningKeeper);
  const lockDue = { now: false };
  const told: TabMessage[] = [];
  let hear: (message: TabMessage) => void = () => undefined;
  const onUnlocked = vi.fn();
  const onLocked = vi.fn();
  const onCaught = vi.fn();
  const forgetCache = vi.fn(() => Promise.resolve());
  const session = new Session({
    api: api as unknown as Api,
    state,
    startKeeper,
    joinTabs: (onMessage) => {
      hear = onMessage;
      return { tell: (message) => told.push(message), close: () => undefined };
    },
    locks: { request: ((_: string, work: () => unknown) => work()) as LockManager['request'] },
    now: () => 1,
    isLockDue: () => lockDue.now,
    onProfile: ({ storage }) => state.set({ storage }),
    onUnlocked,
    onLocked,
    onCaught,
    onOlderAccepted: () => undefined,
    forgetCache,
  });
  const hearTab = (message: TabMessage): void => hear(message);
  const signIn = (): Promise<void> => session.signIn(email, 'password');
  return { email, lockDue, state, api, keeper, steps, startKeeper, end, told, hearTab, onUnlocked, onLocked, onCaught, forgetCache, session, signIn };
}

