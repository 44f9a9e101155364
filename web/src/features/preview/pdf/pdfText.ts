import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { Problem } from '../../../lib/problem';
import { asPdfProblem, openPdf, type PdfSource } from './openPdf';

/** Milliseconds after which reading is given up. */
const PATIENCE = 60_000;

/** The words of a PDF, page after page, until there are `most` letters. Rejects with `not-decoded`, `password-needed`, `timed-out` or what reading rejects with. */
export async function pdfText(source: PdfSource, most: number, signal: AbortSignal): Promise<string> {
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => (fail = reject));
  failed.catch(() => undefined);
  const abort = (): void => fail(new Problem({ code: 'cancelled', message: 'Nobody wants it any more.' }));
  const timer = setTimeout(() => fail(new Problem({ code: 'timed-out', message: 'It took too long to read.' })), PATIENCE);
  signal.addEventListener('abort', abort);
  try {
    const opening = openPdf(source, fail);
    const opened = await Promise.race([opening, failed]).catch((error: unknown) => {
      opening.then(({ close }) => close(), () => undefined);
      throw error;
    });
    try {
      return await Promise.race([textOf(opened.document, most), failed]);
    } finally {
      opened.close();
    }
  } catch (error) {
    throw asPdfProblem(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

async function textOf(document: PDFDocumentProxy, most: number): Promise<string> {
  let text = '';
  for (let number = 1; number <= document.numPages && text.length < most; number += 1) {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    for (const item of items) {
      // What is left has no words: it marks where something begins or ends.
      if ('str' in item) text += item.hasEOL ? `${item.str}\n` : item.str;
    }
    text += '\n';
    page.cleanup();
  }
  return text;
}
