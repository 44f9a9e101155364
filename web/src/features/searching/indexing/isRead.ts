import type { Entry } from '../../../crypto/types';
import { previewKind } from '../../preview/previewKind';

/** Bytes up to which a document is read for the search; of texts the beginning is read, however long they are. */
const MOST_DOCUMENT = 10 * 1024 * 1024;

/** Whether the text of a file is found by the search. */
export function isRead(entry: Pick<Entry, 'name' | 'mediaType' | 'size'>): boolean {
  switch (previewKind(entry)) {
    case 'markdown':
    case 'code':
      return true;
    case 'docx':
    case 'xlsx':
    case 'pdf':
      return entry.size <= MOST_DOCUMENT;
    default:
      return false;
  }
}
