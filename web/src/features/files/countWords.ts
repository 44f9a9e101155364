import type { Entry } from '../../crypto/types';
import type { Translate } from '../../lib/i18n';

/** How many there are: "3 files", "2 folders", or "5 items" when there are both. */
export function countWords(entries: readonly Pick<Entry, 'kind'>[], t: Translate): string {
  const folders = entries.filter(({ kind }) => kind === 'folder').length;
  if (folders === 0) return t('files.count', { count: entries.length });
  return t(folders === entries.length ? 'files.folders' : 'files.items', { count: entries.length });
}
