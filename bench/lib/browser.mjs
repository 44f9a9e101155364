// The browser, with one worker in which functions are run.

import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';

import { build } from 'esbuild';

export const root = join(import.meta.dirname, '../..');
const require = createRequire(join(root, 'web/package.json'));
const { chromium } = require('@playwright/test');

export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** The peer that runs in WebAssembly, as `make bench` builds it. */
const barePath = process.env.BENCH_BARE ?? join(root, 'target/bench-bare');
const types = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

/**
 * Opens Chromium with one worker and gives `call(name, …arguments)`, which runs one of
 * the worker's functions. The module under test is the one that the web app ships.
 */
export async function withWorker(use) {
  const bundled = await build({
    entryPoints: [join(root, 'bench/parts/worker.js')],
    bundle: true,
    format: 'esm',
    write: false,
    external: ['/app/*', '/bare/*'],
    logLevel: 'error',
  });
  const worker = bundled.outputFiles[0].contents;
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/') response.setHeader('content-type', 'text/html').end('<!doctype html>');
    else if (pathname === '/worker.js') response.setHeader('content-type', 'text/javascript').end(worker);
    else if (/^\/app\/[\w.]+$/.test(pathname)) {
      const body = await readFile(join(root, 'web/pkg', pathname.slice('/app/'.length)));
      response.setHeader('content-type', types[extname(pathname)] ?? 'text/plain').end(body);
    } else if (/^\/bare\/[\w.]+$/.test(pathname)) {
      const body = await readFile(join(barePath, pathname.slice('/bare/'.length)));
      response.setHeader('content-type', types[extname(pathname)] ?? 'text/plain').end(body);
    } else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.evaluate(() => {
      const worker = new Worker('/worker.js', { type: 'module' });
      globalThis.call = (name, args) =>
        new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => (data.error === undefined ? resolve(data.result) : reject(new Error(data.error)));
          worker.onerror = (event) => reject(new Error(event.message));
          worker.postMessage({ name, args });
        });
    });
    return await use((name, ...args) => page.evaluate(({ name, args }) => globalThis.call(name, args), { name, args }));
  } finally {
    await browser.close();
    server.close();
  }
}

export const chromiumArgs = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export function launchBrowser() {
  return chromium.launch({ executablePath: chromiumPath, args: chromiumArgs });
}

export function chromiumVersion() {
  return execFileSync(chromiumPath, ['--version', '--no-sandbox'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
