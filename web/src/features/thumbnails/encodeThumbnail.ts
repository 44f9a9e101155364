/** Pixels on the long side, at most. */
export const LONG_SIDE = 256;
/** What the vault seals at most. */
const MOST_BYTES = 48 * 1024;

export type Picture = ImageBitmap | HTMLCanvasElement | HTMLVideoElement;

interface Size {
  width: number;
  height: number;
}

/** The same shape with a long side of at most 256 px; never larger than it is. */
export function fitted({ width, height }: Size): Size {
  const scale = Math.min(1, LONG_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A picture small enough for a thumbnail: WebP, else JPEG on white. Null if none gets small enough. */
export async function encodeThumbnail(picture: Picture): Promise<Blob | null> {
  const { width, height } = fitted(picture);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) return null;
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, width, height);
  for (const type of ['image/webp', 'image/jpeg']) {
    if (type === 'image/jpeg') {
      // It has no transparency: what shows through is white, not black.
      context.globalCompositeOperation = 'destination-over';
      context.fillStyle = '#fff';
      context.fillRect(0, 0, width, height);
    }
    for (const quality of [0.8, 0.6, 0.4, 0.2]) {
      const encoded = await canvas.convertToBlob({ type, quality });
      if (encoded.type !== type) break;
      if (encoded.size <= MOST_BYTES) return encoded;
    }
  }
  return null;
}
