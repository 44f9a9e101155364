/** What kind of file something is, for its icon; told by the media type, else by the name. */
export type FileKind = 'folder' | 'image' | 'video' | 'audio' | 'pdf' | 'text' | 'sheet' | 'slides' | 'archive' | 'code' | 'key' | 'other';

const byExtension: Readonly<Record<string, FileKind>> = {
  ...all('image', 'png jpg jpeg gif webp avif heic heif svg bmp tif tiff ico raw dng cr2 nef psd xcf'),
  ...all('video', 'mp4 mkv webm mov avi m4v mpg mpeg wmv'),
  ...all('audio', 'mp3 flac ogg oga opus m4a wav aac aiff'),
  ...all('pdf', 'pdf'),
  ...all('text', 'txt md markdown rtf doc docx odt pages tex log epub'),
  ...all('sheet', 'csv tsv xls xlsx ods numbers'),
  ...all('slides', 'ppt pptx odp'),
  ...all('archive', 'zip tar gz tgz bz2 xz zst 7z rar iso dmg deb rpm'),
  ...all('code', 'js ts jsx tsx py rs go c h cpp hpp java kt swift rb php sh sql html css json yaml yml toml xml ipynb'),
  ...all('key', 'pem key crt cer p12 pfx asc gpg pub kdbx age'),
};

export function fileKind(name: string, mediaType: string): FileKind {
  const dot = name.lastIndexOf('.');
  const extension = dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
  const known = Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
  if (known !== undefined) return known;
  const [family, type = ''] = mediaType.split('/');
  if (family === 'image' || family === 'video' || family === 'audio' || family === 'text') return family;
  if (type === 'pdf') return 'pdf';
  return /zip|tar|compressed/.test(type) ? 'archive' : 'other';
}

/** The ending of a name as people know it ("PDF"), or null; "backup.2026-01" and the like are not endings. */
export function fileEnding(name: string): string | null {
  const ending = /[^.]\.([A-Za-z][A-Za-z0-9]{0,5})$/.exec(name)?.[1];
  return ending === undefined ? null : ending.toUpperCase();
}

function all(kind: FileKind, extensions: string): Record<string, FileKind> {
  return Object.fromEntries(extensions.split(' ').map((extension) => [extension, kind]));
}
