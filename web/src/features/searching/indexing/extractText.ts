import type { Entry } from '../../../crypto/types';
import { Problem } from '../../../lib/problem';
import { convertDocument } from '../../preview/documents/convert';
import type { Cell } from '../../preview/documents/sheets';
import { previewKind } from '../../preview/previewKind';
import { readStart, readWhole } from '../../preview/readContent';
import { readText } from '../../preview/readText';
import { fromMarkdown } from '../../preview/rich/fromMarkdown';
import { readableText } from '../../preview/rich/richText';
import type { Readable } from './textIndexer';

/** Bytes of a text that are read: more than the vault keeps of it. */
const MOST_BYTES = 400_000;
/** Letters of a document, likewise. */
const MOST_LETTERS = 400_000;

/** The words of a note or document, by the readers that show it. Rejects as they do. */
export async function extractText(entry: Pick<Entry, 'name' | 'mediaType'>, content: Readable, signal: AbortSignal): Promise<string> {
  const kind = previewKind(entry);
  switch (kind) {
    case 'markdown':
    case 'code': {
      const text = readText(await readStart(content, MOST_BYTES, signal), content.size > MOST_BYTES);
      if (text === null) throw new Problem({ code: 'not-text', message: 'It holds zero bytes.' });
      return writtenText(entry, text);
    }
    case 'docx':
    case 'xlsx': {
      const converted = await convertDocument(kind, await readWhole(content, signal), signal);
      if (converted.kind === 'docx') return readableText(converted.nodes);
      return converted.sheets.map(({ name, rows }) => [name, ...rows.map((row) => row.map(cellText).join('\t'))].join('\n')).join('\n');
    }
    case 'pdf':
      // Only where there is one: its reader is large.
      return (await import('../../preview/pdf/pdfText')).pdfText(content, MOST_LETTERS, signal);
    default:
      throw new Problem({ code: 'not-text', message: 'It is neither a note nor a document.' });
  }
}

/** The words of a text as it is typed: of Markdown without its marks. */
export function writtenText(entry: Pick<Entry, 'name' | 'mediaType'>, text: string): string {
  const start = text.slice(0, MOST_BYTES);
  return previewKind(entry) === 'markdown' ? readableText(fromMarkdown(start)) : start;
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  return typeof cell === 'object' ? new Date(cell.date).toISOString().slice(0, 10) : String(cell);
}
