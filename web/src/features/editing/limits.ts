/** The limits of what can be noted, told before the vault refuses. Bytes of UTF-8, but for the number of tags. */
export const MAX_TAGS = 64;
const MAX_TAG = 128;
export const MAX_CATEGORY = 128;
export const MAX_DESCRIPTION = 16 * 1024;

export function tooLong(text: string, most: number): boolean {
  return new TextEncoder().encode(text.trim()).length > most;
}

/** What is wrong with another tag, or null. An empty one is nothing yet. */
export function tagProblem(tag: string, tags: readonly string[]): 'tooLong' | 'twice' | null {
  if (tooLong(tag, MAX_TAG)) return 'tooLong';
  return tags.includes(tag.trim()) ? 'twice' : null;
}
