import type { Entry } from '../../crypto/types';
import { FileIcon } from '../files/FileIcon';
import css from './Thumbnail.module.css';
import { useThumbnail } from './useThumbnail';

/** A file's small picture, or its icon as long as there is none. The name beside it says what it is. */
export function Thumbnail({ entry, look }: { entry: Entry; look: 'row' | 'card' }) {
  const address = useThumbnail(entry);
  if (address === null) return <FileIcon entry={entry} size={look === 'card' ? 40 : 18} />;
  return <img src={address} alt="" draggable={false} className={css[look]} />;
}
