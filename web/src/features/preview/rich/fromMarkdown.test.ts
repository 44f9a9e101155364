import { describe, expect, it } from 'vitest';

import { fromMarkdown } from './fromMarkdown';
import { plainText, safePicture, type RichElement, type RichNode } from './richText';

function all(nodes: readonly RichNode[]): RichElement[] {
  return nodes.flatMap((node) => (typeof node === 'string' ? [] : [node, ...all(node.children)]));
}

describe('Markdown', () => {
  it('has headings, lists, tables and boxes', () => {
    expect(fromMarkdown('# A *b*\n\n3. c\n4. d')).toEqual([
      { tag: 'h1', children: ['A ', { tag: 'em', children: ['b'] }] },
      { tag: 'ol', start: 3, children: [{ tag: 'li', children: ['c'] }, { tag: 'li', children: ['d'] }] },
    ]);
    expect(fromMarkdown('- [x] a\n- [ ] b\n- c')).toEqual([
      {
        tag: 'ul',
        children: [
          { tag: 'li', children: [{ tag: 'task', children: [], checked: true }, 'a'] },
          { tag: 'li', children: [{ tag: 'task', children: [], checked: false }, 'b'] },
          { tag: 'li', children: ['c'] },
        ],
      },
    ]);
    expect(all(fromMarkdown('|a|b|\n|-|-:|\n|c|d|')).filter(({ tag }) => tag === 'td')).toEqual([
      { tag: 'td', children: ['c'] },
      { tag: 'td', align: 'right', children: ['d'] },
    ]);
  });

  it('holds markup as the text that it is', () => {
    const nodes = fromMarkdown('<script>alert(1)</script>\n\na <b onclick="x">c</b>');
    expect(plainText(nodes)).toBe('<script>alert(1)</script>a <b onclick="x">c</b>');
    expect(all(nodes).map(({ tag }) => tag)).toEqual(['p', 'p']);
  });

  it.each(['javascript:alert(1)', 'JaVaScRiPt&colon;alert(1)', '&#106;avascript:alert(1)', 'vbscript:x', 'data:text/html,x', 'file:///etc/passwd', '/settings', '//evil.example/x', '#main', 'blob:http://localhost/x'])(
    'leads nowhere by %s',
    (address) => {
      const [link] = all(fromMarkdown(`[press](${address})`)).filter(({ tag }) => tag === 'a');
      expect(link).toEqual({ tag: 'a', children: ['press'] });
    },
  );

  it('leads out by the addresses of the web and of mail', () => {
    const links = all(fromMarkdown('[a](https://example.org/x?y=1) <mailto:b@example.org>')).filter(({ tag }) => tag === 'a');
    expect(links.map(({ href }) => href)).toEqual(['https://example.org/x?y=1', 'mailto:b@example.org']);
  });

  it('fetches no picture, and shows those that it holds', () => {
    expect(fromMarkdown('![a](https://example.org/a.png)')).toEqual([
      { tag: 'p', children: [{ tag: 'a', href: 'https://example.org/a.png', children: [{ tag: 'img', children: [], alt: 'a' }] }] },
    ]);
    expect(all(fromMarkdown('![a](data:image/png;base64,AAAA)')).at(-1)).toEqual({ tag: 'img', children: [], alt: 'a', src: 'data:image/png;base64,AAAA' });
    expect(all(fromMarkdown('![a](data:image/svg+xml;base64,AAAA)')).at(-1)?.src).toBeUndefined();
  });

  it('decodes no picture of more pixels than it should', () => {
    const png = (width: number) => {
      const header = Buffer.from('89504e470d0a1a0a0000000d494844520000000000000000', 'hex');
      header.writeUInt32BE(width, 16);
      header.writeUInt32BE(1000, 20);
      return `data:image/png;base64,${header.toString('base64')}`;
    };
    expect(safePicture(png(50_000))).toBe(png(50_000));
    expect(safePicture(png(50_001))).toBeNull();
  });

  it('does not go deeper than it can climb out of', () => {
    const nodes = fromMarkdown(`${'> '.repeat(20_000)}deep`);
    expect(all(nodes).length).toBeLessThan(200);
  });
});
