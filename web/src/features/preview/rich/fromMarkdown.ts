import MarkdownIt, { type Token } from 'markdown-it';
import { isRichTag, safeHref, safePicture, type RichElement, type RichNode } from './richText';

// Markup in it stays text, and addresses are what the writer marked as such.
const parser = new MarkdownIt({ html: false, linkify: false, maxNesting: 60 });
// Which addresses may be followed is decided in one place, by `safeHref`.
parser.validateLink = () => true;

/** Markdown (CommonMark, with tables, strikethrough and task lists) as rich text. */
export function fromMarkdown(markdown: string): RichNode[] {
  return build(parser.parse(markdown, {}));
}

function build(tokens: readonly Token[]): RichNode[] {
  const root: RichElement = { tag: 'p', children: [] };
  const open: RichElement[] = [root];
  const last = (): RichElement => open.at(-1) ?? root;
  for (const token of tokens) {
    if (token.hidden) continue;
    if (token.nesting === -1) {
      const closed = open.length > 1 ? open.pop() : undefined;
      if (closed?.tag === 'li') markTask(closed);
    } else if (token.nesting === 1) {
      const element = elementOf(token);
      last().children.push(element);
      open.push(element);
    } else {
      last().children.push(...leafOf(token));
    }
  }
  return root.children;
}

function elementOf(token: Token): RichElement {
  const element: RichElement = { tag: isRichTag(token.tag) ? token.tag : 'p', children: [] };
  if (token.tag === 'a') {
    const href = safeHref(attribute(token, 'href'));
    if (href !== null) element.href = href;
  }
  const start = Number(attribute(token, 'start') ?? Number.NaN);
  if (token.tag === 'ol' && Number.isSafeInteger(start)) element.start = start;
  const align = /^text-align:(left|center|right)$/.exec(attribute(token, 'style') ?? '')?.[1];
  if (align === 'left' || align === 'center' || align === 'right') element.align = align;
  return element;
}

function attribute(token: Token, name: string): string | null {
  const value = token.attrGet(name);
  return value === null ? null : String(value);
}

function leafOf(token: Token): RichNode[] {
  switch (token.type) {
    case 'inline':
      return build(token.children ?? []);
    case 'softbreak':
      return ['\n'];
    case 'hardbreak':
      return [{ tag: 'br', children: [] }];
    case 'hr':
      return [{ tag: 'hr', children: [] }];
    case 'code_inline':
      return [{ tag: 'code', children: [token.content] }];
    case 'fence':
    case 'code_block':
      return [{ tag: 'pre', children: [{ tag: 'code', children: [token.content] }] }];
    case 'image': {
      const src = safePicture(attribute(token, 'src'));
      const picture: RichElement = { tag: 'img', children: [], alt: token.content };
      if (src !== null) return [{ ...picture, src }];
      // A picture from elsewhere is not fetched: whoever keeps it there would learn who reads this, and when.
      const href = safeHref(attribute(token, 'src'));
      return [href === null ? picture : { tag: 'a', href, children: [picture] }];
    }
    default:
      return token.content === '' ? [] : [token.content];
  }
}

/** `[ ]` and `[x]` at the beginning of an item are boxes. */
function markTask(item: RichElement): void {
  const [first] = item.children;
  const holder = typeof first === 'object' && first.tag === 'p' ? first : item;
  const [words] = holder.children;
  const task = typeof words === 'string' ? /^\[([ xX])\][ \n]/.exec(words) : null;
  if (typeof words !== 'string' || task === null) return;
  holder.children.splice(0, 1, { tag: 'task', children: [], checked: task[1] !== ' ' }, words.slice(4));
  // The box stands in the item itself, where its mark would be.
  if (holder !== item) item.children.splice(0, 1, ...holder.children);
}
