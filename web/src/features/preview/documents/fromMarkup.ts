import { DOMParser } from '@xmldom/xmldom';
import { Problem } from '../../../lib/problem';
import { isRichTag, safeHref, safePicture, type RichElement, type RichNode, type RichTag } from '../rich/richText';

/** Deeper nesting is flattened. */
const DEEPEST = 64;
/** Nodes; what comes after is left out. */
const MOST_NODES = 200_000;
const ALIASES: Readonly<Record<string, RichTag>> = { b: 'strong', i: 'em', del: 's', strike: 's' };
const TEXT = 3;
const ELEMENT = 1;

/**
 * Well-formed markup, as the converter of documents writes it, as rich text. Elements and attributes that are not known
 * there are dropped, whatever they are called; their words stay. It is read by a parser that makes data and no page.
 */
export function fromMarkup(markup: string): RichNode[] {
  const fail = (message: string): never => {
    throw new Problem({ code: 'not-decoded', message });
  };
  const page = new DOMParser({ errorHandler: { warning: () => undefined, error: fail, fatalError: fail } }).parseFromString(`<div>${markup}</div>`, 'text/xml');
  const left = { nodes: MOST_NODES };
  return childrenOf(page.documentElement, 0, left);
}

function childrenOf(parent: Node, depth: number, left: { nodes: number }): RichNode[] {
  const nodes: RichNode[] = [];
  for (let child = parent.firstChild; child !== null && left.nodes > 0; child = child.nextSibling) {
    left.nodes -= 1;
    if (child.nodeType === TEXT) nodes.push(child.nodeValue ?? '');
    else if (child.nodeType === ELEMENT) nodes.push(...fromElement(child as Element, depth, left));
  }
  return nodes;
}

function fromElement(element: Element, depth: number, left: { nodes: number }): RichNode[] {
  const name = element.nodeName.toLowerCase();
  if (name === 'script' || name === 'style') return [];
  const tag = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
  const children = depth < DEEPEST ? childrenOf(element, depth + 1, left) : [element.textContent];
  if (tag === undefined || tag === 'task' || !isRichTag(tag)) return children;
  const rich: RichElement = { tag, children };
  // A link to within the document has nowhere to go.
  const href = tag === 'a' ? safeHref(element.getAttribute('href')) : null;
  if (href !== null) rich.href = href;
  if (tag === 'img') {
    rich.alt = element.getAttribute('alt') ?? '';
    const src = safePicture(element.getAttribute('src'));
    if (src !== null) rich.src = src;
  }
  if (tag === 'td' || tag === 'th') {
    const span = (attribute: string): number => Math.min(1000, Number(element.getAttribute(attribute)) || 1);
    if (span('colspan') > 1) rich.colSpan = span('colspan');
    if (span('rowspan') > 1) rich.rowSpan = span('rowspan');
  }
  return [rich];
}
