/// <reference lib="webworker" />
/** Converts documents away from the page, in a thread that is ended when it is done or takes too long. It holds no keys. */
import mammoth from 'mammoth';
import readSheets from 'read-excel-file/web-worker';
import { Problem, toProblem } from '../../../lib/problem';
import type { AppError } from '../../../app/contract';
import type { RichNode } from '../rich/richText';
import { boundedZip } from './boundedZip';
import { fromMarkup } from './fromMarkup';
import { tidyBook, type Sheet } from './sheets';

export interface Job {
  kind: 'docx' | 'xlsx';
  bytes: Uint8Array<ArrayBuffer>;
}

export type Converted = { kind: 'docx'; nodes: RichNode[] } | { kind: 'xlsx'; sheets: Sheet[] };
export type Answer = { converted: Converted } | { error: AppError };

declare const self: DedicatedWorkerGlobalScope;

self.addEventListener('message', ({ data }: MessageEvent<Job>) => {
  convert(data).then(
    (converted) => self.postMessage({ converted } satisfies Answer),
    (error: unknown) => self.postMessage({ error: toProblem(error).toJSON() } satisfies Answer),
  );
});

async function convert({ kind, bytes }: Job): Promise<Converted> {
  const archive = boundedZip(bytes).slice().buffer;
  try {
    if (kind === 'xlsx') {
      const sheets = await readSheets(archive);
      return { kind, sheets: tidyBook(sheets) };
    }
    const { value } = await mammoth.convertToHtml({ arrayBuffer: archive }, { externalFileAccess: false });
    return { kind, nodes: fromMarkup(value) };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem({ code: 'not-decoded', message: error instanceof Error ? error.message : String(error) });
  }
}
