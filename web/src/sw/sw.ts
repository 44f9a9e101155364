/// <reference lib="webworker" />
/**
 * Keeps the app's own shell, and nothing else: the files that the build lists, each
 * compared with the hash that the build knows. It answers for no other address, so
 * nothing of anybody's ever goes through its caches. It imports nothing.
 */
import type { Shell } from './shell';

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build. */
declare const SHELL: Shell;

const PREFIX = 'strongroom-shell-';
const CURRENT = PREFIX + SHELL.version;
/** Tabs that are still open run the version before: its late chunks must be there. */
const KEPT_VERSIONS = 2;
const PATHS = new Set(SHELL.files.map(([path]) => path));

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));

self.addEventListener('message', (event) => {
  if (event.data === 'activate') void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const path = shellPath(event.request);
  if (path !== null) event.respondWith(answer(path, event.request));
});

/** The file of the shell that a request is for; null for all that is none of our business. */
function shellPath(request: Request): string | null {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return null;
  if (PATHS.has(pathname) && pathname !== '/') return pathname;
  if (request.mode !== 'navigate') return null;
  // The app interprets every address but the server's own, and those of files.
  const isOurs = !/^\/(?:api|docs|metrics)(?:\/|$)/.test(pathname) && !/\.[^/]*$/.test(pathname);
  return isOurs ? '/' : null;
}

async function answer(path: string, request: Request): Promise<Response> {
  const current = await caches.open(CURRENT);
  // An asset of the version before has another name, so that it cannot be taken for a newer one.
  const found = (await current.match(path, { ignoreVary: true })) ?? (await caches.match(path, { ignoreVary: true }));
  return found ?? fetch(request);
}

async function install(): Promise<void> {
  // Another worker may have the same files, and may be answering with them.
  const isNew = !(await caches.has(CURRENT));
  const cache = await caches.open(CURRENT);
  try {
    await Promise.all(SHELL.files.map(([path, hash]) => keep(cache, path, hash)));
  } catch (error) {
    // Half a shell is of no use, and would be taken for the version before.
    if (isNew) await caches.delete(CURRENT);
    throw error;
  }
}

async function keep(cache: Cache, path: string, hash: string): Promise<void> {
  const response = await fetch(path, { cache: 'no-cache', credentials: 'omit' });
  const bytes = await response.clone().arrayBuffer();
  if (!response.ok || (await sha256(bytes)) !== hash) throw new TypeError(`${path} is not what this version was built with`);
  await cache.put(path, response);
}

async function activate(): Promise<void> {
  const shells = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CURRENT);
  // They come in the order in which they were made.
  const old = shells.slice(0, Math.max(0, shells.length - (KEPT_VERSIONS - 1)));
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
