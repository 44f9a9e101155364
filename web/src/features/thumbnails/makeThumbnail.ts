import { fileKind } from '../../lib/fileKind';
import { HEADER_BYTES, imageSize } from '../../lib/imageSize';
import { encodeThumbnail, fitted, type Picture } from './encodeThumbnail';

/** Files larger than these, in bytes, get none: it would cost more than it is worth. */
const MOST_BYTES = { image: 128 * 1024 * 1024, pdf: 256 * 1024 * 1024 };
/** Images that state more pixels are not decoded. */
const MOST_PIXELS = 64 * 1024 * 1024;
/** Large images are brought down to about this width while they are decoded, off this thread. */
const DECODED_WIDTH = 512;
/** Milliseconds after which a video or a PDF that has shown nothing gets none. */
const PATIENCE = 10_000;

/**
 * A small picture of an image, of a video's beginning or of a PDF's first page: WebP, or JPEG where the browser makes no
 * WebP, at most 256 px on its long side and 48 KiB. It is drawn anew, so that nothing but pixels is left: no place, no
 * camera, no date. Null where there is nothing to show, where decoding fails and when `signal` is aborted; never rejects.
 */
export async function makeThumbnail(file: File, signal: AbortSignal): Promise<Blob | null> {
  if (signal.aborted || file.size === 0) return null;
  try {
    switch (fileKind(file.name, file.type)) {
      case 'image':
        return await ofImage(file, signal);
      case 'video':
        return await ofVideo(file, within(signal, PATIENCE));
      case 'pdf':
        return await ofPdf(file, within(signal, PATIENCE));
      default:
        return null;
    }
  } catch {
    // A file that cannot be shown is none the worse for being kept.
    return null;
  }
}

async function ofImage(file: File, signal: AbortSignal): Promise<Blob | null> {
  if (file.size > MOST_BYTES.image) return null;
  const header = new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer());
  // Drawings may hold scripts and addresses, and some browsers decode them.
  if (/svg|xml/i.test(file.type) || /^\uFEFF?\s*</.test(new TextDecoder().decode(header.subarray(0, 64)))) return null;
  const size = imageSize(header);
  if (size !== null && size.width * size.height > MOST_PIXELS) return null;
  // The width alone: then the shape is kept, whichever way the image is turned. Very long ones would become longer still.
  const isLarge = size !== null && Math.min(size.width, size.height) > DECODED_WIDTH;
  const bitmap = await createImageBitmap(file, isLarge ? { resizeWidth: DECODED_WIDTH, resizeQuality: 'medium' } : {});
  try {
    return signal.aborted ? null : await encodeThumbnail(bitmap);
  } finally {
    bitmap.close();
  }
}

async function ofVideo(file: File, signal: AbortSignal): Promise<Blob | null> {
  const video = document.createElement('video');
  const address = URL.createObjectURL(file);
  try {
    video.muted = true;
    video.preload = 'auto';
    video.playsInline = true;
    const loaded = event(video, 'loadeddata', signal);
    video.src = address;
    await loaded;
    // The first frame is often black.
    const seeked = event(video, 'seeked', signal);
    video.currentTime = Math.min(1, Number.isFinite(video.duration) ? video.duration / 3 : 0);
    await seeked;
    if (video.videoWidth === 0 || video.videoWidth * video.videoHeight > MOST_PIXELS) return null;
    const picture: Picture = Object.assign(video, { width: video.videoWidth, height: video.videoHeight });
    return await encodeThumbnail(picture);
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(address);
  }
}

async function ofPdf(file: File, signal: AbortSignal): Promise<Blob | null> {
  if (file.size > MOST_BYTES.pdf) return null;
  const { openPdf } = await import('../preview/pdf/openPdf');
  const read = async (start: number, end: number) => new Uint8Array(await file.slice(start, end).arrayBuffer());
  const opened = await unlessAborted(openPdf({ size: file.size, read }), signal, ({ close }) => close());
  try {
    const page = await unlessAborted(opened.document.getPage(1), signal);
    const full = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: fitted(full).width / full.width });
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(viewport.width));
    canvas.height = Math.max(1, Math.round(viewport.height));
    await unlessAborted(page.render({ canvas, viewport }).promise, signal);
    return await encodeThumbnail(canvas);
  } finally {
    opened.close();
  }
}

/** Resolves when it happens, rejects when it fails or takes too long. */
function event(element: HTMLVideoElement, name: string, signal: AbortSignal): Promise<void> {
  return unlessAborted(
    new Promise((resolve, reject) => {
      element.addEventListener(name, () => resolve(), { once: true });
      element.addEventListener('error', () => reject(new Error('the video cannot be decoded')), { once: true });
    }),
    signal,
  );
}

/** `dropped` gets what comes too late. */
function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal, dropped: (late: Result) => void = () => undefined): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(new Error('not needed any more'));
      work.then(dropped, () => undefined);
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject);
  });
}

function within(signal: AbortSignal, milliseconds: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
}
