import { imageSize } from '../../../lib/imageSize';

/**
 * Text with its structure, as documents and notes are shown: plain data, made of nothing but
 * what is listed here. It holds no markup and nothing that could act, whatever it was made from.
 */
export type RichNode = string | RichElement;

export type RichTag =
  | 'h1' | 'h2' | 'h3' | 'h4' | 'h5' | 'h6' | 'p' | 'blockquote' | 'pre' | 'code' | 'ul' | 'ol' | 'li' | 'hr' | 'br'
  | 'em' | 'strong' | 's' | 'u' | 'sub' | 'sup' | 'table' | 'thead' | 'tbody' | 'tr' | 'th' | 'td' | 'a' | 'img' | 'task';

export interface RichElement {
  tag: RichTag;
  children: RichNode[];
  /** Of `a`: http, https or mailto. */
  href?: string;
  /** Of `img`: a picture that is in the document itself. */
  src?: string;
  /** Of `img`. */
  alt?: string;
  /** Of `td` and `th`. */
  colSpan?: number;
  rowSpan?: number;
  /** Of `ol`. */
  start?: number;
  /** Of `td` and `th`. */
  align?: 'left' | 'center' | 'right';
  /** Of `task`. */
  checked?: boolean;
}

const TAGS: ReadonlySet<string> = new Set<RichTag>([
  'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'blockquote', 'pre', 'code', 'ul', 'ol', 'li', 'hr', 'br',
  'em', 'strong', 's', 'u', 'sub', 'sup', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'a', 'img', 'task',
]);

export function isRichTag(name: string): name is RichTag {
  return TAGS.has(name);
}

/** An address that a person may follow from a document, or null: no script, no data, nothing of this app. */
export function safeHref(address: string | null): string | null {
  if (address === null || !URL.canParse(address)) return null;
  const { protocol, href } = new URL(address);
  return protocol === 'https:' || protocol === 'http:' || protocol === 'mailto:' ? href : null;
}

/** Characters of base64 that hold the size of any picture that states it early. */
const HEADER = 87_380;
/** Pictures within documents that state more pixels are not decoded. */
const MOST_PIXELS = 50_000_000;

/** The address of a picture that is in the document itself, or null: nothing is fetched for showing a document. */
export function safePicture(address: string | null): string | null {
  const data = address === null ? null : /^data:image\/(?:png|jpeg|gif|webp|bmp);base64,([A-Za-z0-9+/]*={0,2})$/.exec(address)?.[1];
  if (address === null || data === undefined || data === null) return null;
  const start = data.slice(0, HEADER);
  const header = Uint8Array.from(atob(start.slice(0, start.length - (start.length % 4))), (letter) => letter.charCodeAt(0));
  const size = imageSize(header);
  return size !== null && size.width * size.height > MOST_PIXELS ? null : address;
}

/** All its words, without their structure. */
export function plainText(nodes: readonly RichNode[]): string {
  return nodes.map((node) => (typeof node === 'string' ? node : plainText(node.children))).join('');
}

/** What does not stand on a line of its own. */
const INLINE: ReadonlySet<RichTag> = new Set<RichTag>(['em', 'strong', 's', 'u', 'sub', 'sup', 'a', 'code', 'img', 'task']);

/** Its words as one reads them: apart where they stand apart, with those that stand for pictures. */
export function readableText(nodes: readonly RichNode[]): string {
  return nodes
    .map((node) => {
      if (typeof node === 'string') return node;
      const words = (node.alt ?? '') + readableText(node.children);
      return INLINE.has(node.tag) ? words : `${words}\n`;
    })
    .join('');
}
