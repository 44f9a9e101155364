// Runs the vectors in Chromium: all of them through WASM, those about file content also
// through SubtleCrypto, with the very module that the web app ships.
//
//   node tests/vectors/browser.mjs FOLDER   FOLDER: the test-only WASM build

import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';

const here = import.meta.dirname;
const require = createRequire(join(here, '../../web/package.json'));
const { chromium } = require('@playwright/test');

const folders = {
  '/app/': join(here, '../../web/pkg'),
  '/vectors/': join(here, 'strongroom'),
  '/runner/': process.argv[2],
};
const types = { '.js': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };

const server = createServer(async (request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname;
  const found = Object.entries(folders).find(([prefix]) => path.startsWith(prefix));
  if (path === '/') {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Vectors</title>');
  } else if (found && !path.includes('..')) {
    const body = await readFile(join(found[1], path.slice(found[0].length)));
    response.setHeader('content-type', types[extname(path)] ?? 'text/plain').end(body);
  } else {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const names = (await readdir(folders['/vectors/'])).filter((name) => name.endsWith('.json')).sort();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
let results;
try {
  const page = await browser.newPage();
  await page.goto(origin);
  results = await page.evaluate(runAll, names);
} finally {
  await browser.close();
  server.close();
}

const failed = results.filter((result) => result.error !== null);
for (const { path, name, error } of failed) console.error(`${path} ${name}: ${error}`);
for (const path of ['wasm', 'subtle']) {
  console.log(`${path}: ${results.filter((result) => result.path === path).length} vectors`);
}
console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length === 0 && names.length > 0 ? 0 : 1);

/** Runs in the page. */
async function runAll(names) {
  const runner = await import('/runner/vectors.js');
  const app = await import('/app/strongroom_wasm.js');
  await Promise.all([runner.default(), app.default()]);

  const results = [];
  const attempt = async (path, name, run) => {
    try {
      await run();
      results.push({ path, name, error: null });
    } catch (error) {
      results.push({ path, name, error: String(error?.message ?? error) });
    }
  };
  const importKey = (bytes, usage) => crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, [usage]);
  const same = (a, b) => a.length === b.length && a.every((byte, index) => byte === b[index]);

  /** Opens as the app does and tells what came out. */
  const open = async (vector) => {
    const refused = vector.prepare();
    if (refused !== undefined) return { reason: refused };
    const key = await importKey(vector.key(), 'decrypt');
    const opener = new app.ContentOpener(key, vector.nonce(), vector.header(), vector.hashes(), vector.root(), vector.size());
    try {
      const opened = [];
      for (let part = 0; part < opener.parts; part++) opened.push(await opener.openPart(part, vector.part(part)));
      return { bytes: new Uint8Array(await new Blob(opened).arrayBuffer()) };
    } catch (error) {
      return { reason: error.code ?? String(error) };
    } finally {
      opener.free();
    }
  };

  /** Seals what was opened again; it must give the very bytes that are stored. */
  const reseal = async (vector, plain) => {
    const key = await importKey(vector.key(), 'encrypt');
    const sealer = new app.ContentSealer(key, vector.nonce(), vector.header(), vector.size(), new Uint8Array());
    const PART = 8 * 1024 * 1024;
    for (let part = 0; part < sealer.parts; part++) {
      const sealed = await sealer.sealPart(part, plain.slice(part * PART, (part + 1) * PART));
      if (!same(sealed, vector.part(part))) throw new Error(`part ${part} is not what is stored`);
    }
    const hashes = vector.hashes();
    if (hashes.length > 0 && !same(sealer.finish(), hashes)) throw new Error('the segment hashes differ');
    sealer.free();
  };

  let published = 0;
  await attempt('wasm', 'published', () => {
    published = runner.checkPublished();
    if (published !== 35) throw new Error(`${published} published vectors`);
  });
  for (const name of names) {
    const json = await (await fetch(`/vectors/${name}`)).text();
    await attempt('wasm', name, () => runner.checkVector(json));
    const vector = runner.ContentVector.parse(json);
    if (vector === undefined) continue;
    await attempt('subtle', name, async () => {
      const { bytes, reason } = await open(vector);
      vector.compare(bytes, reason);
      if (bytes !== undefined) await reseal(vector, bytes);
    });
  }
  return results;
}
