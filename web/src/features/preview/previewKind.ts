import type { Entry } from '../../crypto/types';
import { fileKind } from '../../lib/fileKind';

export type PreviewKind = 'image' | 'pdf' | 'video' | 'audio' | 'markdown' | 'code' | 'docx' | 'xlsx' | 'none';

const MIB = 1024 * 1024;

/** Bytes beyond which a file of a kind is not shown; videos and audio stream, of text the beginning is shown. */
const MOST_BYTES: Readonly<Record<PreviewKind, number>> = {
  image: 64 * MIB,
  pdf: 512 * MIB,
  video: Number.POSITIVE_INFINITY,
  audio: Number.POSITIVE_INFINITY,
  markdown: Number.POSITIVE_INFINITY,
  code: Number.POSITIVE_INFINITY,
  docx: 32 * MIB,
  xlsx: 32 * MIB,
  none: 0,
};

/** Of longer texts only so many bytes are shown, and none is edited. */
export const MOST_TEXT = 5 * MIB;
/** Images that state more pixels are not decoded. */
export const MOST_PIXELS = 100_000_000;

/**
 * The media type under which the browser is shown a file: told by the name, never by what the uploader stated.
 * A picture that opens in a tab of its own must not turn out to be a page.
 */
const IMAGES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  ico: 'image/x-icon',
  svg: 'image/svg+xml',
};
const MEDIA: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  mov: 'video/mp4',
  webm: 'video/webm',
  mkv: 'video/webm',
  mp3: 'audio/mpeg',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
  wav: 'audio/wav',
};
const MARKDOWN = new Set(['md', 'markdown']);
/** Text beyond what `fileKind` knows as text or code. */
const PLAIN = new Set(
  'txt log csv tsv tex ini cfg conf env properties gitignore dockerignore editorconfig lock diff patch svg vue svelte scss less lua pl r scala dart zig asm bat ps1 gradle cmake tf proto graphql srt vtt ics vcf geojson jsonl ndjson xhtml htm mjs cjs mts cts jsonc pem crt asc pub'.split(' '),
);
const NAMES = /^(?:readme|licen[sc]e|copying|changelog|authors|notice|todo|makefile|dockerfile|\.[a-z]+(?:rc|ignore|attributes|config)|\.env)$/i;

export function previewKind({ name, mediaType }: Pick<Entry, 'name' | 'mediaType'>): PreviewKind {
  const ending = endingOf(name);
  if (Object.hasOwn(IMAGES, ending)) return 'image';
  if (ending === 'pdf' || ending === 'docx' || ending === 'xlsx') return ending;
  if (MARKDOWN.has(ending)) return 'markdown';
  if (PLAIN.has(ending) || NAMES.test(name)) return 'code';
  const kind = fileKind(name, mediaType);
  if (kind === 'code') return 'code';
  if (Object.hasOwn(MEDIA, ending) && (kind === 'video' || kind === 'audio')) return kind;
  // Without an ending that says anything, the uploader's word is taken for which viewer it is, not for what it is.
  const isNamed = /\.[A-Za-z][A-Za-z0-9]{0,5}$/.test(name);
  if (isNamed) return 'none';
  if (kind === 'image') return mediaType === 'image/svg+xml' || Object.values(IMAGES).includes(mediaType) ? 'image' : 'none';
  if (kind === 'text') return 'code';
  return kind === 'pdf' || kind === 'video' || kind === 'audio' ? kind : 'none';
}

export function isTooLarge(kind: PreviewKind, size: number): boolean {
  return kind !== 'none' && size > MOST_BYTES[kind];
}

/** Whether it can be changed in the editor: whole, and as text. */
export function isEditable({ name, mediaType, size }: Pick<Entry, 'name' | 'mediaType' | 'size'>): boolean {
  const kind = previewKind({ name, mediaType });
  return (kind === 'markdown' || kind === 'code') && size <= MOST_TEXT;
}

/** What the browser is told that a picture, a video or a sound is. */
export function shownType({ name, mediaType }: Pick<Entry, 'name' | 'mediaType'>): string {
  const ending = endingOf(name);
  if (Object.hasOwn(IMAGES, ending)) return IMAGES[ending] ?? '';
  if (Object.hasOwn(MEDIA, ending)) return MEDIA[ending] ?? '';
  return [...Object.values(IMAGES), ...Object.values(MEDIA)].includes(mediaType) ? mediaType : 'application/octet-stream';
}

function endingOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
}
