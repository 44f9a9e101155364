/** The rules for names, told before the vault refuses. */

export type NameProblem = 'empty' | 'slash' | 'too-long' | 'reserved' | 'control';

const MAX_BYTES = 255;

/** What is wrong with a new name, or null. */
export function nameProblem(name: string): NameProblem | null {
  const trimmed = name.trim();
  if (trimmed === '') return 'empty';
  if (trimmed === '.' || trimmed === '..') return 'reserved';
  if (trimmed.includes('/')) return 'slash';
  if (/\p{Cc}/u.test(trimmed)) return 'control';
  if (new TextEncoder().encode(trimmed).length > MAX_BYTES) return 'too-long';
  return null;
}

/** What the vault refuses in a name that something has already: nothing is cut off, and whatever else a disk has allowed stays. */
export function storedNameProblem(name: string): NameProblem | null {
  if (name === '') return 'empty';
  if (name === '.' || name === '..') return 'reserved';
  if (name.includes('/')) return 'slash';
  if (name.includes('\0')) return 'control';
  return new TextEncoder().encode(name).length > MAX_BYTES ? 'too-long' : null;
}

/** Where a rename's selection ends, so that typing keeps the extension. */
export function stemLength(name: string): number {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? dot : name.length;
}
