import { getDocument, PDFDataRangeTransport, PDFWorker, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import workerAddress from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';
import { fetchAsset } from '../../../api/assets';
import { Problem } from '../../../lib/problem';
import { workerUrl } from '../../../lib/trustedTypes';

/** Verified bytes at any place. */
export interface PdfSource {
  size: number;
  read(start: number, end: number): Promise<Uint8Array>;
}

export interface OpenPdf {
  document: PDFDocumentProxy;
  /** Ends its thread. */
  close: () => void;
}

/** What reading asks for at once. */
const STEP = 256 * 1024;
/** More pixels than this in one picture are not decoded. */
const MOST_PIXELS = 64 * 1024 * 1024;

// Fonts, character maps and decoders that documents rely on and do not bring along: ours, from our own server.
const ASSETS: Readonly<Record<string, string>> = {
  ...import.meta.glob<string>('/node_modules/pdfjs-dist/cmaps/*.bcmap', { query: '?url', import: 'default', eager: true }),
  ...import.meta.glob<string>('/node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}', { query: '?url', import: 'default', eager: true }),
  ...import.meta.glob<string>('/node_modules/pdfjs-dist/wasm/{jbig2,openjpeg}.wasm', { query: '?url', import: 'default', eager: true }),
};
const FOLDERS = { cMapUrl: 'cmaps', standardFontDataUrl: 'standard_fonts', wasmUrl: 'wasm' };

/** Hands the reader's thread what it asks for by name, so that it asks nobody itself. */
class Assets {
  async fetch({ kind, filename }: { kind: keyof typeof FOLDERS; filename: string }): Promise<Uint8Array> {
    const path = `/node_modules/pdfjs-dist/${FOLDERS[kind]}/${filename}`;
    const address = Object.hasOwn(ASSETS, path) ? ASSETS[path] : undefined;
    if (address === undefined) throw new Error(`there is no ${path}`);
    return fetchAsset(address);
  }
}

/** Reads ranges as they are asked for; what fails ends the document. */
class Ranges extends PDFDataRangeTransport {
  readonly #source: PdfSource;
  readonly #onFailed: (error: unknown) => void;

  constructor(source: PdfSource, whole: Uint8Array | null, onFailed: (error: unknown) => void) {
    super(source.size, whole, whole !== null);
    this.#source = source;
    this.#onFailed = onFailed;
  }

  override requestDataRange(begin: number, end: number): void {
    this.#source.read(begin, Math.min(end, this.#source.size)).then(
      (bytes) => this.onDataRange(begin, bytes.slice()),
      (error: unknown) => this.#onFailed(error),
    );
  }
}

/**
 * Opens a PDF in a thread of its own. Scripts and forms in it are not looked at, and its reader compiles nothing.
 * Rejects with what reading rejects with, or with the reader's own error. `onFailed` is told when a later read fails.
 */
export async function openPdf(source: PdfSource, onFailed: (error: unknown) => void = () => undefined): Promise<OpenPdf> {
  // Small ones are read at once; of others only what the pages that are looked at need.
  const whole = source.size <= 2 * STEP ? (await source.read(0, source.size)).slice() : null;
  const port = new Worker(workerUrl(workerAddress), { type: 'module', name: 'pdf' });
  const worker = PDFWorker.create({ port });
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
    port.addEventListener('error', (event) => reject(new Error(event.message || 'the reader of PDF did not start')));
  });
  failed.catch((error: unknown) => onFailed(error));
  const task = getDocument({
    range: new Ranges(source, whole, (error) => fail(error)),
    worker,
    rangeChunkSize: STEP,
    disableAutoFetch: true,
    disableStream: whole === null,
    isEvalSupported: false,
    enableXfa: false,
    maxImageSize: MOST_PIXELS,
    useWorkerFetch: false,
    BinaryDataFactory: Assets,
    cMapUrl: 'cmaps/',
    standardFontDataUrl: 'standard_fonts/',
    wasmUrl: 'wasm/',
    verbosity: 0,
  });
  const close = (): void => {
    task.destroy().catch(() => undefined);
    worker.destroy();
    port.terminate();
  };
  try {
    return { document: await Promise.race([task.promise, failed]), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** The reader's own errors say what is wrong with the document; the others come from fetching it. */
export function asPdfProblem(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Problem) return error;
  if (error.name === 'PasswordException') return new Problem({ code: 'password-needed', message: error.message }, { cause: error });
  const isBroken = ['InvalidPDFException', 'FormatError', 'UnknownErrorException'].includes(error.name);
  return isBroken ? new Problem({ code: 'not-decoded', message: error.message }, { cause: error }) : error;
}
