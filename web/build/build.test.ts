import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { pageSize, type ChunkSize } from './budgets.ts';
import { withIntegrity } from './finish.ts';
import { compile, shellOf } from './serviceWorker.ts';

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

describe('the service worker', () => {
  const read = (name: string): Uint8Array => new TextEncoder().encode(name);
  const hash = (name: string): string => createHash('sha256').update(name).digest('hex');

  it('knows every file by its path and hash, and the page by the root', () => {
    const shell = shellOf(['index.html', 'assets/b.js', 'assets/a.css'], read);
    expect(shell.files).toEqual([
      ['/', hash('index.html')],
      ['/assets/a.css', hash('assets/a.css')],
      ['/assets/b.js', hash('assets/b.js')],
    ]);
  });

  it('is another version when any file is another', () => {
    const version = shellOf(['index.html', 'assets/a.css'], read).version;
    expect(shellOf(['assets/a.css', 'index.html'], read).version).toBe(version);
    expect(shellOf(['index.html', 'assets/a.css'], (name) => read(name.replace('css', 'CSS'))).version).not.toBe(version);
  });

  it('is one script that imports nothing', () => {
    const shell = { version: 'v', files: [] };
    const script = compile("import type { Shell } from './shell';\ndeclare const SHELL: Shell;\nconst it: string = SHELL.version;\n", shell);
    expect(script).toBe('const SHELL = {"version":"v","files":[]};\nconst it = SHELL.version;\n');
    expect(() => compile("import { more } from './more';\nmore();\n", shell)).toThrow('must not import');
  });
});
