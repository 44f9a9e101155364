import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { pageSize, type ChunkSize } from './budgets.ts';
import { withIntegrity } from './finish.ts';

describe('pageSize', () => {
  const chunk = (file: string, size: number, more: Partial<ChunkSize> = {}): ChunkSize => ({ file, size, entry: false, imports: [], modules: [`/src/${file}`], ...more });
  const chunks = [
    chunk('entry.js', 1, { entry: true, imports: ['shared.js'] }),
    chunk('shared.js', 10, { imports: ['deep.js'] }),
    chunk('deep.js', 100, { imports: ['shared.js'] }),
    chunk('page.js', 1000, { imports: ['shared.js'] }),
    chunk('other.js', 10_000),
  ];

  it('counts what the entry and the named modules import, each once', () => {
    expect(pageSize(chunks, [])).toBe(111);
    expect(pageSize(chunks, [/page/])).toBe(1111);
  });
});

describe('withIntegrity', () => {
  const read = (path: string): Uint8Array => new TextEncoder().encode(path);
  const sum = (path: string): string => createHash('sha384').update(path).digest('base64');

  it('adds the sum of each asset that a page loads, and leaves the rest alone', () => {
    const html = '<script type="module" crossorigin src="/assets/a.js"></script><link rel="stylesheet" href="/assets/b.css" /><link rel="icon" href="/favicon.svg">';
    expect(withIntegrity(html, read)).toBe(
      `<script type="module" crossorigin src="/assets/a.js" integrity="sha384-${sum('assets/a.js')}"></script>` +
        `<link rel="stylesheet" href="/assets/b.css" integrity="sha384-${sum('assets/b.css')}"><link rel="icon" href="/favicon.svg">`,
    );
  });
});
