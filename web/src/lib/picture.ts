import { Problem } from './problem';

/** Pixels on each side of an account's picture. */
const SIDE = 256;
/** What the vault seals at most. */
const MOST_BYTES = 48 * 1024;
/** Larger files are not decoded at all. */
const MOST_INPUT = 64 * 1024 * 1024;

/**
 * A small square from the middle of any image that the browser can decode. It is drawn
 * anew, so that nothing but the pixels is left: no place, no camera, no date.
 */
export async function makePicture(image: Blob): Promise<Uint8Array<ArrayBuffer>> {
  // Drawings may hold scripts and addresses, and some browsers decode them.
  if (/svg|xml/i.test(image.type) || image.size > MOST_INPUT || (await looksLikeText(image))) throw notAnImage();
  const bitmap = await createImageBitmap(image).catch((error: unknown) => {
    throw notAnImage(error);
  });
  try {
    const canvas = new OffscreenCanvas(SIDE, SIDE);
    const context = canvas.getContext('2d');
    if (context === null) throw notAnImage();
    const side = Math.min(bitmap.width, bitmap.height);
    context.imageSmoothingQuality = 'high';
    // JPEG has no transparency.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, SIDE, SIDE);
    context.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, SIDE, SIDE);
    for (const type of ['image/webp', 'image/jpeg']) {
      for (const quality of [0.9, 0.7, 0.4]) {
        const encoded = await canvas.convertToBlob({ type, quality });
        if (encoded.type === type && encoded.size <= MOST_BYTES) return new Uint8Array(await encoded.arrayBuffer());
      }
    }
    throw notAnImage();
  } finally {
    bitmap.close();
  }
}

/** The picture as the page may show it, or null if it is not of a form that `makePicture` makes. */
export function pictureBlob(bytes: Uint8Array<ArrayBuffer>): Blob | null {
  const ascii = (start: number, end: number): string => String.fromCharCode(...bytes.subarray(start, end));
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return new Blob([bytes], { type: 'image/webp' });
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return new Blob([bytes], { type: 'image/jpeg' });
  return null;
}

async function looksLikeText(image: Blob): Promise<boolean> {
  const start = new TextDecoder().decode(await image.slice(0, 64).arrayBuffer());
  return /^\uFEFF?\s*</.test(start);
}

function notAnImage(cause?: unknown): Problem {
  return new Problem({ code: 'not-an-image', message: 'This is no image that can be used.' }, { cause });
}
