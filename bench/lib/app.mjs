// The real app in a browser without a debugger, which does what it is told. Uploads are many
// times slower when one is attached.

import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { chromiumArgs, chromiumPath, root } from './browser.mjs';
import { start } from './processes.mjs';
import { startServer } from './strongroom.mjs';

const web = join(root, 'web');
const types = { '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };
/** Longer than any single step. */
const PATIENCE = 10 * 60_000;

/**
 * Builds the app with a script beside it that drives it, serves it, and opens it. Gives `use` the
 * function `call(name, …arguments)`, which runs one of the functions of `browser/page.js`; the folder
 * into which the browser saves; and the browser's process id.
 */
export async function withApp(folder, use) {
  const server = await startServer(folder);
  const built = join(folder, 'page');
  await build(built, server.url);
  const desk = await openDesk(built);
  const downloads = join(folder, 'downloads');
  const profile = join(folder, 'profile');
  await mkdir(downloads);
  await mkdir(join(profile, 'Default'), { recursive: true });
  const preferences = {
    download: { default_directory: downloads, prompt_for_download: false },
    profile: { default_content_setting_values: { automatic_downloads: 1 } },
  };
  await writeFile(join(profile, 'Default/Preferences'), JSON.stringify(preferences));
  // The page comes from the bench and talks to the real server: one rule of browsers is off for that, nothing else.
  const args = [...chromiumArgs, '--headless=new', '--no-first-run', '--disable-web-security', '--js-flags=--expose-gc', `--user-data-dir=${profile}`, '--lang=en-GB', `${desk.url}/files`];
  const browser = await start(chromiumPath, args, { log: join(folder, 'chromium.log') });
  try {
    await desk.here;
    return await use({ call: desk.call, begun: desk.begun, downloads, browser, server });
  } finally {
    await browser.stop();
    desk.close();
    await server.stop();
  }
}

/** The page asks for work here, and brings results. */
async function openDesk(built) {
  let waiting = null;
  let arrived;
  const here = new Promise((resolve) => (arrived = resolve));
  let current = null;
  let begun = () => undefined;
  const index = page(await manifestEntry(built));
  const routes = {
    'GET /bench/next': (_, response) => {
      waiting = response;
      arrived();
    },
    'POST /bench/begun': (body, response) => {
      begun({ moment: performance.now(), ...JSON.parse(body) });
      response.end();
    },
    'POST /bench/result': (body, response) => {
      response.end();
      const { result, error } = JSON.parse(body);
      if (error === undefined) current.resolve(result);
      else current.reject(new Error(error));
    },
  };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const route = routes[`${request.method} ${pathname}`];
    if (route !== undefined) {
      let body = '';
      for await (const piece of request) body += piece;
      route(body, response);
      return;
    }
    const file = /^\/[\w./-]+\.\w+$/.test(pathname) && !pathname.includes('..') ? await readFile(join(built, pathname)).catch(() => null) : null;
    if (file !== null) response.setHeader('content-type', types[extname(pathname)] ?? 'application/octet-stream').end(file);
    else if (pathname.startsWith('/api/')) response.writeHead(404).end();
    else response.setHeader('content-type', 'text/html').end(index);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${server.address().port}`,
    here: Promise.race([here, late('the page did not open')]),
    /** When the page says that a step, which it had prepared for, has begun. */
    begun: () => new Promise((resolve) => (begun = resolve)),
    async call(name, ...args) {
      for (let tries = 0; waiting === null; tries++) {
        if (tries > 1000) throw new Error('the page has gone');
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const done = new Promise((resolve, reject) => (current = { resolve, reject }));
      waiting.end(JSON.stringify({ name, args }));
      waiting = null;
      return Promise.race([done, late(`${name} takes too long`)]);
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function late(message) {
  return new Promise((_, reject) => setTimeout(() => reject(new Error(message)), PATIENCE).unref());
}

/** Waits until a file of such a size stands in a folder, and gives the moment. */
export async function saved(folder, name, size) {
  for (const deadline = performance.now() + PATIENCE; performance.now() < deadline; ) {
    const there = await stat(join(folder, name)).catch(() => null);
    if (there?.size === size) {
      const moment = performance.now();
      for (const left of await readdir(folder)) await rm(join(folder, left));
      return moment;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${name} was not saved; there are ${await readdir(folder)}`);
}

/** The app as `vite build` makes it, but for where its server is, and with the driver beside it. */
async function build(outDir, server) {
  const vite = await import(pathToFileURL(join(web, 'node_modules/vite/dist/node/index.js')));
  // Its plugins find their own files from there.
  process.chdir(web);
  const { config } = await vite.loadConfigFromFile({ command: 'build', mode: 'production' }, join(web, 'vite.config.ts'));
  const plugins = (await Promise.all(config.plugins.flat(Infinity))).flat(Infinity).filter((plugin) => /react|lingui|locale/.test(plugin?.name ?? ''));
  const handOver = {
    name: 'hand-over',
    transform(code, id) {
      if (!id.endsWith('/src/app/app.ts')) return undefined;
      const changed = code.replace('export function createApp(', 'export function createApp(...given) {\n  return (globalThis.benchApp = makeApp(...given));\n}\nfunction makeApp(');
      if (changed === code) throw new Error('createApp is not where it was');
      return changed;
    },
    enforce: 'pre',
  };
  const address = JSON.stringify(server);
  await vite.build({
    ...config,
    root: web,
    configFile: false,
    logLevel: 'error',
    plugins: [handOver, ...plugins],
    define: { 'self.location.origin': address, 'globalThis.location.origin': address, 'globalThis.benchServer': address },
    build: { ...config.build, outDir, emptyOutDir: true, manifest: true, rollupOptions: { input: { page: join(root, 'bench/browser/page.js') } } },
  });
  process.chdir(root);
}

async function manifestEntry(built) {
  const manifest = JSON.parse(await readFile(join(built, '.vite/manifest.json'), 'utf8'));
  return Object.values(manifest).find(({ isEntry }) => isEntry);
}

const page = ({ file, css = [] }) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Bench</title>
${css.map((path) => `<link rel="stylesheet" href="/${path}">`).join('')}
<script type="module" src="/${file}"></script></head><body><div id="root"></div></body></html>`;
