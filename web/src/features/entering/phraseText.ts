export const PHRASE_LENGTH = 24;

/**
 * The words of a phrase as it was pasted or typed: from a list with numbers, from several
 * lines or from a table, in capitals. Whether they are the right ones only the vault knows.
 */
export function phraseWords(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{M}]+/u)
    .filter((word) => word !== '');
}
