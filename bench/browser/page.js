// Loaded by the whole app, as it ships: somebody who does in it what is measured. Asks the bench's own
// server what to do and tells it what came out: a debugger would slow uploads down many times.

import { connect } from '../../web/src/crypto/rpc';
import { saveStream } from '../../web/src/features/transfers/saveStream';
import plainUrl from './plain.worker.js?worker&url';

const MIB = 2 ** 20;

// The build lets them pass by here.
const { benchApp: app, benchServed: served } = globalThis;
let root;
let email = '';
let content;

const longTasks = new PerformanceObserver((list) => longTasks.seen.push(...list.getEntries().map(({ duration }) => duration)));
longTasks.seen = [];
longTasks.observe({ type: 'longtask' });
/** That none is seen must mean that there was none. */
async function checkLongTasks() {
  for (const end = performance.now() + 80; performance.now() < end; );
  await new Promise((resolve) => setTimeout(resolve, 100));
  if (longTasks.seen.length === 0) throw new Error('long tasks are not seen');
}

// The peer sends with the app's own token, which the core would not give away.
let token;
const plainFetch = globalThis.fetch.bind(globalThis);
globalThis.fetch = (input, init) => {
  const headers = input instanceof Request ? input.headers : new Headers(init?.headers);
  token = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1] ?? token;
  return plainFetch(input, init);
};

// A saved file's address stays good for a minute, and keeps the file: here it ends with the round.
const addresses = [];
const createObjectURL = URL.createObjectURL.bind(URL);
URL.createObjectURL = (object) => {
  const address = createObjectURL(object);
  addresses.push(address);
  return address;
};

const functions = {
  /** Makes an account and a file on the disk of so many MiB, as a person has it. */
  async prepare(mib) {
    if (root === undefined) {
      email = `bench-${crypto.randomUUID()}@example.org`;
      const prepared = await app.prepareAccount('correct horse battery staple 47');
      await prepared.complete(email);
      root = app.getState().phase.rootId;
      app.watchFolder(root, () => undefined);
      // Without it, downloads would go another way.
      await until(() => served.isAvailable);
      await checkLongTasks();
    }
    const directory = await navigator.storage.getDirectory();
    const handle = await directory.getFileHandle(`content-${mib}`, { create: true });
    const writer = await handle.createWritable();
    const piece = new Uint8Array(16 * MIB);
    for (let at = 0; at < piece.length; at += 65536) crypto.getRandomValues(piece.subarray(at, at + 65536));
    for (let written = 0; written < mib * MIB; written += piece.length) await writer.write(piece.subarray(0, Math.min(piece.length, mib * MIB - written)));
    await writer.close();
    content = await handle.getFile();
  },

  /** The app's own upload, from the choice of the file until it is in its folder. */
  async up(name) {
    await until(() => app.getFolder(root).status === 'ready');
    return timed(async () => {
      app.upload(root, [new File([content], name)]);
      await transferred();
    });
  },

  /** The same parts to the same place, not sealed. */
  async plainUp() {
    const plain = startPlain();
    await app.refreshFolder(root);
    try {
      let id;
      const result = await timed(async () => {
        id = await plain.remote.upload(content, token);
      });
      await api('DELETE', `/uploads/${id}`, { 'tus-resumable': '1.0.0' });
      return result;
    } finally {
      plain.end();
    }
  },

  /** The app's own download; when it is on the disk is for the bench to see. */
  async down(name) {
    const entry = await listed(name);
    await begun(entry.size);
    return timed(async () => {
      app.download(root, [entry]);
      await transferred();
    });
  },

  /** The same ranges of the same bytes, saved in the same way, not opened. */
  async plainDown(name) {
    const entry = await listed(name);
    const { data } = await (await api('GET', `/files/${entry.id}/download`)).json();
    const plain = startPlain();
    try {
      const total = Number((await fetch(data.download_url, { headers: { range: 'bytes=0-0' } })).headers.get('content-range').split('/')[1]);
      await begun(total);
      return await timed(() => saveStream(served, { name, size: total, feed: (port) => plain.remote.serve(data.download_url, total, port) }));
    } finally {
      plain.end();
    }
  },

  /** Takes a file out of the folder for good. */
  async purge(name) {
    const { id } = await listed(name);
    await app.trash([id]);
    await app.purge([id]);
  },

  /** Lets go of what a round has left. */
  async tidy() {
    app.clearTransfers();
    for (const address of addresses.splice(0)) URL.revokeObjectURL(address);
    globalThis.gc?.();
  },
};

/** Gives the time of some work and the longest task of the page's thread meanwhile, in milliseconds; 0 when none was longer than 50. */
async function timed(work) {
  longTasks.takeRecords();
  longTasks.seen.length = 0;
  const started = performance.now();
  await work();
  const ms = performance.now() - started;
  await new Promise((resolve) => setTimeout(resolve, 100));
  return { ms, longest: Math.max(0, ...longTasks.seen) };
}

function until(condition) {
  return new Promise((resolve) => {
    const look = () => condition() && (stop(), resolve());
    const unsubscribe = app.subscribe(look);
    const timer = setInterval(look, 50);
    const stop = () => {
      unsubscribe();
      clearInterval(timer);
    };
    look();
  });
}

async function transferred() {
  await until(() => app.getState().transfers.length > 0 && app.getState().transfers.every(({ status }) => ['done', 'failed', 'cancelled'].includes(status)));
  for (const { status, error } of app.getState().transfers) if (status !== 'done') throw new Error(`${status}: ${JSON.stringify(error)}`);
}

async function listed(name) {
  await app.refreshFolder(root);
  const find = () => app.getFolder(root).view?.entries.find((entry) => entry.name === name);
  await until(() => find() !== undefined);
  return find();
}

function api(method, path, headers = {}) {
  return fetch(`/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}`, ...headers } });
}

function startPlain() {
  const worker = new Worker(plainUrl, { type: 'module' });
  return { ...connect(worker, {}), end: () => worker.terminate() };
}

const tell = (path, body) => fetch(`/bench/${path}`, { method: 'POST', body: JSON.stringify(body) });
/** From here on time is taken; the file that is saved will have `size` bytes. */
const begun = (size) => tell('begun', { size });

for (;;) {
  const { name, args } = await (await fetch('/bench/next')).json();
  try {
    await tell('result', { result: (await functions[name](...args)) ?? null });
  } catch (error) {
    await tell('result', { error: String(error?.stack ?? JSON.stringify(error)) });
  }
}
