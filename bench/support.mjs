// The browser, rounds in turns, and tables.

import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { extname, join } from 'node:path';

import { build } from 'esbuild';

const here = import.meta.dirname;
export const root = join(here, '..');
const require = createRequire(join(root, 'web/package.json'));
const { chromium } = require('@playwright/test');

export const rounds = Number(process.env.ROUNDS ?? 7);
if (!(rounds >= 5)) throw new Error('at least five rounds');

const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const types = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

/**
 * Opens Chromium with one worker and gives `call(name, …arguments)`, which runs one of
 * the worker's functions. The module under test is the one that the web app ships.
 */
export async function withWorker(use) {
  const bundled = await build({
    entryPoints: [join(here, 'worker.js')],
    bundle: true,
    format: 'esm',
    write: false,
    external: ['/app/*'],
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

export function launchBrowser() {
  return chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** Runs all contenders once unmeasured, then in turns; gives each one's figures. */
export async function inTurns(contenders) {
  const figures = contenders.map(({ name }) => ({ name, values: [] }));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { run }] of contenders.entries()) {
      const value = await run();
      if (round > 0) figures[index].values.push(value);
    }
  }
  return figures;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A Markdown table of figures; `ratio` says how a contender compares with the first. */
export function table(figures, unit, digits, ratio) {
  const cell = (value) => value.toFixed(digits);
  const rows = figures.map(({ name, values }) => {
    const against = ratio(median(figures[0].values), median(values)).toFixed(2);
    return `| ${name} | ${cell(median(values))} | ${cell(Math.min(...values))} | ${cell(Math.max(...values))} | ${against} |`;
  });
  return [`| | median, ${unit} | min | max | ours is × |`, '|---|---:|---:|---:|---:|', ...rows].join('\n');
}

/** What it was measured on. */
export function machine() {
  const browser = execFileSync(chromiumPath, ['--version', '--no-sandbox'], { encoding: 'utf8' }).trim();
  const commit = execFileSync('git', ['-C', root, 'describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  return `${cpus().length} × ${cpus()[0].model}, ${browser}, Node.js ${process.version}, commit ${commit}`;
}
