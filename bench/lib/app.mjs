// The real app in a browser without a debugger, which does what it is told. Uploads are many
// times slower when one is attached.

import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { chromiumArgs, chromiumPath, root } from './browser.mjs';
import { startNginx } from './nginx.mjs';
import { freePort, start } from './processes.mjs';
import { startServer } from './strongroom.mjs';

const web = join(root, 'web');
/** Longer than any single step. */
const PATIENCE = 10 * 60_000;

/**
 * Builds the app with a script beside it that drives it, serves it, and opens it. Under one address
 * nginx hands out the page, passes the API on to the real server, and what the script asks to here.
 * Gives `use` the function `call(name, …arguments)`, which runs one of the functions of
 * `browser/page.js`; the folder into which the browser saves; and the browser's process id.
 */
export async function withApp(folder, use) {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const server = await startServer(folder, { STRONGROOM_PUBLIC_URL: url });
  const built = join(folder, 'page');
  await build(built);
  const desk = await openDesk();
  const front = await startNginx(folder, port, site(built, server.url, desk.url));
  const downloads = join(folder, 'downloads');
  const profile = join(folder, 'profile');
  await mkdir(downloads);
  await mkdir(join(profile, 'Default'), { recursive: true });
  const preferences = {
    download: { default_directory: downloads, prompt_for_download: false },
    profile: { default_content_setting_values: { automatic_downloads: 1 } },
  };
  await writeFile(join(profile, 'Default/Preferences'), JSON.stringify(preferences));
  const args = [...chromiumArgs, '--headless=new', '--no-first-run', '--js-flags=--expose-gc', `--user-data-dir=${profile}`, '--lang=en-GB', `${url}/files`];
  const browser = await start(chromiumPath, args, { log: join(folder, 'chromium.log') });
  try {
    await desk.here;
    return await use({ call: desk.call, begun: desk.begun, downloads, browser, server });
  } finally {
    await browser.stop();
    desk.close();
    await front.stop();
    await server.stop();
  }
}

/** Bodies go through as they come, both ways: nothing is collected on the disk. */
const site = (built, server, desk) => `
    root ${built};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_request_buffering off;
    proxy_buffers 16 64k;
    proxy_max_temp_file_size 0;
    location / { try_files $uri /index.html; }
    location /api/ { proxy_pass ${server}; }
    location /bench/ { proxy_pass ${desk}; proxy_read_timeout 1h; }
`;

/** The page asks for work here, and brings results. */
async function openDesk() {
  let waiting = null;
  let arrived;
  const here = new Promise((resolve) => (arrived = resolve));
  let current = null;
  let begun = () => undefined;
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
    let body = '';
    for await (const piece of request) body += piece;
    routes[`${request.method} ${pathname}`](body, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
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

/** The app as `vite build` makes it, but with the driver beside it. */
async function build(outDir) {
  const vite = await import(pathToFileURL(join(web, 'node_modules/vite/dist/node/index.js')));
  // Its plugins find their own files from there.
  process.chdir(web);
  const { config } = await vite.loadConfigFromFile({ command: 'build', mode: 'production' }, join(web, 'vite.config.ts'));
  const plugins = (await Promise.all(config.plugins.flat(Infinity))).flat(Infinity).filter((plugin) => plugin?.name !== 'check-budgets');
  const change = (code, from, to) => {
    const changed = code.replace(from, to);
    if (changed === code) throw new Error(`${from} is not where it was`);
    return changed;
  };
  const handOver = {
    name: 'hand-over',
    transform(code, id) {
      if (id.endsWith('/src/main.tsx')) return `${code}\nvoid import(${JSON.stringify(join(root, 'bench/browser/page.js'))});\n`;
      if (!id.endsWith('/src/app/app.ts')) return undefined;
      const handed = change(code, 'export function createApp(', 'export function createApp(...given) {\n  return (globalThis.benchApp = makeApp(...given));\n}\nfunction makeApp(');
      return change(handed, 'const served = ', 'const served = globalThis.benchServed = ');
    },
    enforce: 'pre',
  };
  const { entryFileNames } = config.worker.rolldownOptions.output;
  // The peer's thread sends from where the app's sends.
  const output = { entryFileNames: ({ name }) => entryFileNames({ name: name === 'plain.worker' ? 'sender.worker' : name }) };
  await vite.build({
    ...config,
    root: web,
    configFile: false,
    logLevel: 'error',
    plugins: [handOver, ...plugins],
    worker: { ...config.worker, rolldownOptions: { output } },
    build: { ...config.build, outDir, emptyOutDir: true },
  });
  process.chdir(root);
}
