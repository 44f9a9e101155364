/** Bytes as text: UTF-8, or UTF-16 by its mark; null when it is none. `isCut`: what is missing at the end is no fault. */
export function readText(bytes: Uint8Array, isCut: boolean): string | null {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  if (encoding === 'utf-8' && bytes.includes(0)) return null;
  // Whoever wrote it in an encoding of old gets the letters that are the same in all of them.
  return new TextDecoder(encoding).decode(bytes, { stream: isCut });
}
