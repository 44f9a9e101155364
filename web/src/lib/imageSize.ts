export interface ImageSize {
  width: number;
  height: number;
}

/** Enough for the headers of every camera: JPEG has its previews and profiles before its size. */
export const HEADER_BYTES = 512 * 1024;

/**
 * The size in pixels that an image states in its first bytes, before anything is decoded; null when
 * it is of no form that is known here. Turned by 90° as the camera's note on it may ask, it is the other way round.
 */
export function imageSize(header: Uint8Array<ArrayBuffer>): ImageSize | null {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  try {
    return pngSize(view) ?? gifSize(view) ?? bmpSize(view) ?? webpSize(view) ?? jpegSize(view) ?? avifSize(view);
  } catch (error) {
    // It ends within what should be its header.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function pngSize(view: DataView): ImageSize | null {
  if (!hasText(view, 1, 'PNG') || !hasText(view, 12, 'IHDR')) return null;
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

function gifSize(view: DataView): ImageSize | null {
  if (!hasText(view, 0, 'GIF8')) return null;
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

function bmpSize(view: DataView): ImageSize | null {
  if (!hasText(view, 0, 'BM') || view.getUint32(14, true) < 40) return null;
  // A negative height means that the first row is the top one.
  return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };
}

function webpSize(view: DataView): ImageSize | null {
  if (!hasText(view, 0, 'RIFF') || !hasText(view, 8, 'WEBP')) return null;
  if (hasText(view, 12, 'VP8X')) return { width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
  if (hasText(view, 12, 'VP8L')) {
    const bits = view.getUint32(21, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
  }
  if (hasText(view, 12, 'VP8 ')) return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  return null;
}

function jpegSize(view: DataView): ImageSize | null {
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    // Start of frame, in all its kinds; the others of that row are tables.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    const isFiller = marker === 0xff;
    at += isFiller ? 1 : 2 + view.getUint16(at + 2);
  }
}

/** The largest of the sizes that it states: there is one for each part. */
function avifSize(view: DataView): ImageSize | null {
  if (!hasText(view, 4, 'ftyp')) return null;
  let largest: ImageSize | null = null;
  const end = Math.min(view.byteLength, 64 * 1024) - 16;
  for (let at = 8; at <= end; at++) {
    if (view.getUint8(at) !== 0x69 || !hasText(view, at, 'ispe')) continue;
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (largest === null || size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

function hasText(view: DataView, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (at + index >= view.byteLength || view.getUint8(at + index) !== text.charCodeAt(index)) return false;
  }
  return true;
}
