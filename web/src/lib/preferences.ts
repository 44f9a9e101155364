/** What this device remembers for its person. The only user of localStorage; no key and no token ever goes there. */

export type Theme = 'system' | 'light' | 'dark';
export type SortColumn = 'name' | 'type' | 'size' | 'modified';
export type View = 'list' | 'grid';

export interface Preferences {
  theme: Theme;
  /** A language tag, or null for the browser's own. */
  language: string | null;
  sort: { column: SortColumn; direction: 'ascending' | 'descending' };
  /** Minutes without activity after which the vault locks itself; null: never; `default`: nobody chose. */
  autoLock: number | null | 'default';
  /** How files are shown. */
  view: View;
  /** Whether the details pane stands beside the files, where there is room for it. */
  details: boolean;
  /** Whether this device keeps what it takes to open the account without the server. */
  offline: boolean;
  /** By user id: days after which what is in the trash is deleted for good; who is not named keeps it. */
  trashDays: ByUser<number>;
  /** By user id: which older versions of a file are deleted for good; who is not named keeps all. */
  versions: ByUser<VersionRetention>;
  /** By user id: another device has accepted an older state of the account, as after a restored backup, and nobody here has read so yet. */
  olderAccepted: ByUser<true>;
}

type ByUser<Value> = Readonly<Record<string, Value>>;

/** The newest ones are kept, or those that were replaced less than so many days ago. */
export type VersionRetention = { kind: 'newest'; count: number } | { kind: 'days'; days: number };

/** What can be chosen for `trashDays`. */
export const RETENTION_DAYS: readonly number[] = [7, 30, 90];

/** What can be chosen for `versions`. */
export const VERSION_RETENTIONS: readonly VersionRetention[] = [
  { kind: 'newest', count: 10 },
  { kind: 'newest', count: 50 },
  { kind: 'days', days: 30 },
  { kind: 'days', days: 90 },
];

/** A day: whoever wants more wants `null`. */
const LONGEST_AUTO_LOCK = 24 * 60;

const STORAGE_KEY = 'strongroom.preferences';
const ACTIVITY_KEY = 'strongroom.activity';
const LEAVING_KEY = 'strongroom.leaving';
const DEFAULTS: Preferences = {
  theme: 'system',
  language: null,
  sort: { column: 'name', direction: 'ascending' },
  autoLock: 'default',
  view: 'list',
  details: false,
  offline: true,
  trashDays: {},
  versions: {},
  olderAccepted: {},
};

let current: Preferences = parsePreferences(read(STORAGE_KEY));
const listeners = new Set<() => void>();

// What another tab chose holds here too, and is not overwritten by the next choice made here.
if (typeof window !== 'undefined') {
  window.addEventListener('storage', (event) => {
    if (event.key !== STORAGE_KEY) return;
    current = parsePreferences(event.newValue);
    for (const listener of listeners) listener();
  });
}

export function getPreferences(): Preferences {
  return current;
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  // Without storage the choice holds until the page is left.
  write(STORAGE_KEY, JSON.stringify(current));
  for (const listener of listeners) listener();
}

export function subscribePreferences(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Takes only what it knows: anyone can edit what is stored. */
export function parsePreferences(stored: string | null): Preferences {
  let value: unknown = null;
  try {
    value = JSON.parse(stored ?? 'null');
  } catch {
    return DEFAULTS;
  }
  if (!isRecord(value)) return DEFAULTS;
  const sort = isRecord(value.sort) ? value.sort : {};
  return {
    theme: oneOf(value.theme, ['system', 'light', 'dark'], DEFAULTS.theme),
    language: typeof value.language === 'string' ? value.language : null,
    sort: {
      column: oneOf(sort.column, ['name', 'type', 'size', 'modified'], DEFAULTS.sort.column),
      direction: oneOf(sort.direction, ['ascending', 'descending'], DEFAULTS.sort.direction),
    },
    autoLock: isMinutes(value.autoLock) ? value.autoLock : DEFAULTS.autoLock,
    view: oneOf(value.view, ['list', 'grid'], DEFAULTS.view),
    details: value.details === true,
    offline: value.offline !== false,
    trashDays: parseByUser(value.trashDays, RETENTION_DAYS),
    versions: parseByUser(value.versions, VERSION_RETENTIONS),
    olderAccepted: parseByUser(value.olderAccepted, [true]),
  };
}

/** Days after which a person's trash is emptied on this device; null: never. */
export function retentionOf({ trashDays }: Preferences, userId: string): number | null {
  return trashDays[userId] ?? null;
}

export function setRetention(userId: string, days: number | null): void {
  setPreferences({ trashDays: withUser(current.trashDays, userId, days) });
}

/** Which older versions of a person's files are kept on this device's watch; null: all. */
export function versionRetentionOf({ versions }: Preferences, userId: string): VersionRetention | null {
  return versions[userId] ?? null;
}

export function setVersionRetention(userId: string, retention: VersionRetention | null): void {
  setPreferences({ versions: withUser(current.versions, userId, retention) });
}

/** To be told until somebody has read it, however often the page is left before. */
export function setOlderAccepted(userId: string, isUnread: boolean): void {
  setPreferences({ olderAccepted: withUser(current.olderAccepted, userId, isUnread ? true : null) });
}

function withUser<Value>(chosen: ByUser<Value>, userId: string, value: Value | null): ByUser<Value> {
  const others = Object.entries(chosen).filter(([user]) => user !== userId);
  return Object.fromEntries(value === null ? others : [...others, [userId, value]]);
}

/** Only what can be chosen: a smaller number, written there by somebody else, would delete what its owner wants to keep. */
function parseByUser<Value>(stored: unknown, known: readonly Value[]): ByUser<Value> {
  if (!isRecord(stored)) return {};
  return Object.fromEntries(
    Object.entries(stored).flatMap(([user, chosen]) => {
      const value = known.find((candidate) => JSON.stringify(candidate) === JSON.stringify(chosen));
      return value === undefined ? [] : [[user, value]];
    }),
  );
}

/** When somebody last did something in any tab of this browser: milliseconds since 1970, or null. */
export function lastActivity(): number | null {
  const stored = Number(read(ACTIVITY_KEY) ?? Number.NaN);
  return Number.isFinite(stored) ? stored : null;
}

export function saveActivity(now: number): void {
  write(ACTIVITY_KEY, String(now));
}

/** Whether somebody signed out and the server has not been told yet. */
export function isLeaving(): boolean {
  return read(LEAVING_KEY) !== null;
}

export function setLeaving(leaving: boolean): void {
  if (leaving) write(LEAVING_KEY, 'yes');
  else remove(LEAVING_KEY);
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is full or forbidden.
  }
}

function remove(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was written either.
  }
}

function isMinutes(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LONGEST_AUTO_LOCK);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function oneOf<T extends string>(value: unknown, known: readonly T[], fallback: T): T {
  return known.find((item) => item === value) ?? fallback;
}
