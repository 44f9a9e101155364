/// <reference lib="webworker" />
/**
 * Keeps the app's own shell, and nothing else: the files that the build lists, each
 * compared with the hash that the build knows. Nothing of anybody's ever goes through
 * its caches. Besides the shell it answers for addresses of contents, with what a page
 * of ours hands to it piece by piece, verified; it holds no keys. It imports nothing.
 */
import type { ContentAsk, ContentHead, ContentPiece, ContentTell } from './content';
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
  const message = event.data as 'activate' | ContentTell;
  if (message === 'activate') void self.skipWaiting();
  else if (message !== 'awake') for (const fail of [...(running.get(message.revoke) ?? [])]) fail();
});

self.addEventListener('fetch', (event) => {
  const id = contentId(event.request);
  if (id !== null) {
    event.respondWith(content(id, event.request.headers.get('Range')));
    return;
  }
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

/** What must hold of everything that pages hand to us, whatever it is. */
const CONTENT_HEADERS = {
  'Content-Security-Policy': "sandbox; default-src 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};
/** What browsers show or play by themselves and cannot take for a page or a script. */
const HARMLESS = new Set([
  'image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp',
  'video/mp4', 'video/webm', 'video/ogg', 'video/quicktime',
  'audio/mpeg', 'audio/mp4', 'audio/ogg', 'audio/webm', 'audio/wav', 'audio/flac', 'audio/aac',
]);
/** How to make the answers under way fail, for each id. */
const running = new Map<string, Set<() => void>>();
/** How long the page may take to say that an address is its own. */
const PATIENCE = 10_000;

/** The id in an address that a page of ours has made; null for every other address. */
function contentId(request: Request): string | null {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return null;
  return /^\/content\/([0-9a-f]{64})$/.exec(pathname)?.[1] ?? null;
}

async function content(id: string, range: string | null): Promise<Response> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const found = await firstThatKnows(pages.map((page) => ask(page, { kind: 'content', id, range })));
  if (found === null) return new Response(null, { status: 404, headers: CONTENT_HEADERS });
  const { head, port } = found;
  if (head.kind === 'unsatisfiable') {
    port.close();
    return new Response(null, { status: 416, headers: { ...CONTENT_HEADERS, 'Content-Range': `bytes */${head.size}` } });
  }
  const { start, end } = head.range ?? { start: 0, end: head.size };
  const headers: Record<string, string> = {
    ...CONTENT_HEADERS,
    'Content-Type': HARMLESS.has(head.mediaType) ? head.mediaType : 'application/octet-stream',
    // Saved and never shown as a page of its own, whatever it is.
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(head.name).replace(/['()*]/g, escapeByte)}`,
    'Content-Length': String(end - start),
    'Accept-Ranges': 'bytes',
  };
  if (head.range !== null) headers['Content-Range'] = `bytes ${start}-${end - 1}/${head.size}`;
  return new Response(stream(id, port, end - start), { status: head.range === null ? 200 : 206, headers });
}

function escapeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

type Known = Exclude<ContentHead, { kind: 'unknown' }>;

function ask(page: Client, question: ContentAsk): Promise<{ head: Known; port: MessagePort } | null> {
  return new Promise((resolve) => {
    const { port1: port, port2 } = new MessageChannel();
    const timer = setTimeout(() => resolve(null), PATIENCE);
    port.onmessage = ({ data: head }: MessageEvent<ContentHead>): void => {
      clearTimeout(timer);
      resolve(head.kind === 'unknown' ? null : { head, port });
    };
    page.postMessage(question, [port2]);
  });
}

async function firstThatKnows<Answer>(answers: readonly Promise<Answer | null>[]): Promise<Answer | null> {
  const none = Promise.all(answers).then((all) => all.find((answer) => answer !== null) ?? null);
  // A page that is busy must not hold up the one that knows.
  return Promise.race([none, ...answers.map((answer) => answer.then((found) => found ?? new Promise<never>(() => undefined)))]);
}

/** What the page hands over, no faster than it is taken. Only all of it is a whole answer: else the download fails. */
function stream(id: string, port: MessagePort, length: number): ReadableStream<Uint8Array> {
  let left = length;
  let taken: () => void = () => undefined;
  let fail: () => void = () => undefined;
  const streams = running.get(id) ?? new Set();
  running.set(id, streams);
  const over = (): void => {
    port.close();
    streams.delete(fail);
    if (streams.size === 0) running.delete(id);
    taken();
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      fail = (): void => {
        if (!streams.has(fail)) return;
        controller.error(new TypeError('the content is not whole'));
        over();
      };
      streams.add(fail);
      port.onmessage = ({ data: piece }: MessageEvent<ContentPiece>): void => {
        if (piece.kind === 'piece' && piece.bytes.byteLength <= left) {
          left -= piece.bytes.byteLength;
          controller.enqueue(new Uint8Array(piece.bytes));
          taken();
        } else if (piece.kind === 'end' && left === 0) {
          controller.close();
          over();
        } else {
          fail();
        }
      };
      // The page is gone.
      port.addEventListener('close', fail);
    },
    pull() {
      port.postMessage('pull');
      return new Promise((resolve) => (taken = resolve));
    },
    cancel() {
      port.postMessage('cancel');
      over();
    },
  }, { highWaterMark: 1 });
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
