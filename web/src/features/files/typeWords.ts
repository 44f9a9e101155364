import type { Entry } from '../../crypto/types';
import { fileEnding, fileKind } from '../../lib/fileKind';
import type { Translate } from '../../lib/i18n';

type Typed = Pick<Entry, 'kind' | 'name' | 'mediaType'>;

/** What kind of thing an entry is, in words: "Image". */
export function kindWords(entry: Typed, t: Translate): string {
  return t(`kind.${entry.kind === 'folder' ? 'folder' : fileKind(entry.name, entry.mediaType)}`);
}

/** The same with its ending, where that says more: "Image (PNG)". */
export function typeWords(entry: Typed, t: Translate): string {
  const kind = kindWords(entry, t);
  const ending = entry.kind === 'folder' ? null : fileEnding(entry.name);
  return ending === null || kind.includes(ending) ? kind : t('kind.ending', { kind, ending });
}
