import {
  File,
  FileArchive,
  FileCode,
  FileImage,
  FileKey,
  FileMusic,
  FileSpreadsheet,
  FileText,
  FileType,
  FileVideoCamera,
  Folder,
  Presentation,
  type LucideIcon,
} from 'lucide-react';
import type { Entry } from '../../crypto/types';
import { fileKind, type FileKind } from '../../lib/fileKind';
import css from './FileTable.module.css';

const icons: Record<FileKind, LucideIcon> = {
  folder: Folder,
  image: FileImage,
  video: FileVideoCamera,
  audio: FileMusic,
  pdf: FileType,
  text: FileText,
  sheet: FileSpreadsheet,
  slides: Presentation,
  archive: FileArchive,
  code: FileCode,
  key: FileKey,
  other: File,
};

interface FileIconProps {
  entry: Pick<Entry, 'kind' | 'name' | 'mediaType'>;
  size?: number;
}

export function FileIcon({ entry, size = 18 }: FileIconProps) {
  const kind = entry.kind === 'folder' ? 'folder' : fileKind(entry.name, entry.mediaType);
  const Icon = icons[kind];
  return <Icon size={size} strokeWidth={size > 24 ? 1.25 : 1.75} className={`${css.fileIcon} ${css[kind] ?? ''}`} aria-hidden="true" />;
}
