/** Milliseconds after which a file goes without a picture, whatever its decoder is doing. */
const PATIENCE = 15_000;
/** What fits into a sealed picture, in bytes. */
const MOST = 63 * 1024 - 4;

/** Makes a small picture of a file; null where there is none. */
export type Picture = (file: File, signal: AbortSignal) => Promise<Blob | null>;

/** The bytes of a file's small picture. Whatever goes wrong with it, the file is uploaded all the same. */
export async function pictureOf(make: Picture, file: File, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
  const over = new Promise<null>((resolve) => limit.addEventListener('abort', () => resolve(null), { once: true }));
  try {
    const picture = await Promise.race([make(file, limit), over]);
    if (picture === null || picture.size === 0 || picture.size > MOST) return undefined;
    return new Uint8Array(await picture.arrayBuffer());
  } catch {
    return undefined;
  }
}
