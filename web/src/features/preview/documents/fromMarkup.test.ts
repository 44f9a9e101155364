import { describe, expect, it } from 'vitest';

import { fromMarkup } from './fromMarkup';
import { columnName, tidyBook, tidySheet } from './sheets';

describe('converted markup', () => {
  it('becomes rich text', () => {
    expect(fromMarkup('<h1>A &amp; B</h1><p>c<br /><b>d</b></p><table><tr><td colspan="2">e</td></tr></table>')).toEqual([
      { tag: 'h1', children: ['A & B'] },
      { tag: 'p', children: ['c', { tag: 'br', children: [] }, { tag: 'strong', children: ['d'] }] },
      { tag: 'table', children: [{ tag: 'tr', children: [{ tag: 'td', colSpan: 2, children: ['e'] }] }] },
    ]);
  });

  it('keeps the words of what it does not know, and nothing of scripts', () => {
    expect(fromMarkup('<p onclick="x" style="y">a<script>b</script><iframe src="c">d</iframe><task>e</task></p>')).toEqual([{ tag: 'p', children: ['a', 'd', 'e'] }]);
  });

  it('leads out only by the addresses of the web and of mail', () => {
    expect(fromMarkup('<a href="javascript:alert(1)">a</a><a href="#b">b</a><a id="c"></a><a href="https://example.org/">d</a>')).toEqual([
      { tag: 'a', children: ['a'] },
      { tag: 'a', children: ['b'] },
      { tag: 'a', children: [] },
      { tag: 'a', href: 'https://example.org/', children: ['d'] },
    ]);
  });

  it('shows pictures that are in it, and fetches none', () => {
    expect(fromMarkup('<img src="data:image/png;base64,AAAA" alt="a" /><img src="https://example.org/b.png" /><img src="data:image/svg+xml;base64,AAAA" />')).toEqual([
      { tag: 'img', children: [], alt: 'a', src: 'data:image/png;base64,AAAA' },
      { tag: 'img', children: [], alt: '' },
      { tag: 'img', children: [], alt: '' },
    ]);
  });

  it('is flat beyond a depth', () => {
    const deep = fromMarkup(`${'<em>'.repeat(500)}x${'</em>'.repeat(500)}`);
    expect(JSON.stringify(deep).split('"em"').length).toBeLessThan(80);
    expect(JSON.stringify(deep)).toContain('"x"');
  });
});

describe('a sheet', () => {
  it('is as wide as its widest row, and ends with its last filled one', () => {
    const day = new Date(86_400_000);
    expect(tidySheet('S', [['a', null, null], [], [null, 2, null], [day, true, { odd: 1 }], [null, '']])).toEqual({
      name: 'S',
      rows: [['a', null, null].slice(0, 3), [null, null, null], [null, 2, null], [{ date: 86_400_000 }, true, null]],
      isCut: false,
    });
  });

  it('is cut where it is of no more use', () => {
    const { rows, isCut } = tidySheet('S', Array.from({ length: 3000 }, () => Array<number>(150).fill(1)));
    expect([rows.length, rows[0]?.length, isCut]).toEqual([2000, 100, true]);
  });

  it('leaves room for others in its workbook, and no more than that', () => {
    const data = Array.from({ length: 2000 }, () => Array<number>(100).fill(1));
    const book = tidyBook(Array.from({ length: 4 }, (_, index) => ({ sheet: String(index), data })));
    expect(book.map(({ rows, isCut }) => [rows.length, isCut])).toEqual([[2000, false], [2000, false], [1000, true], [0, true]]);
  });

  it('has letters above its columns', () => {
    expect([0, 25, 26, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA']);
  });
});
