/** What this device remembers for its person. The only user of localStorage; no key and no token ever goes there. */

export type Theme = 'system' | 'light' | 'dark';
export type SortColumn = 'name' | 'size' | 'modified';

export interface Preferences {
  theme: Theme;
  /** A language tag, or null for the browser's own. */
  language: string | null;
  sort: { column: SortColumn; direction: 'ascending' | 'descending' };
}

const STORAGE_KEY = 'strongroom.preferences';
const DEFAULTS: Preferences = {
  theme: 'system',
  language: null,
  sort: { column: 'name', direction: 'ascending' },
};

let current: Preferences = parsePreferences(read());
const listeners = new Set<() => void>();

export function getPreferences(): Preferences {
  return current;
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(current));
  } catch {
    // Storage is full or forbidden: the choice then holds until the page is left.
  }
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
      column: oneOf(sort.column, ['name', 'size', 'modified'], DEFAULTS.sort.column),
      direction: oneOf(sort.direction, ['ascending', 'descending'], DEFAULTS.sort.direction),
    },
  };
}

function read(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function oneOf<T extends string>(value: unknown, known: readonly T[], fallback: T): T {
  return known.find((item) => item === value) ?? fallback;
}
