// A vault of many files: made, opened, searched, kept and opened again, in a browser's worker.

import * as app from '/app/strongroom_wasm.js';

const PASSWORD = 'correct horse battery staple';
const NOW = 1_700_000_000_000;
/** Children of one page of a listing, and files of one commit. */
const PAGE = 1000;
const BATCH = 500;
/** Bytes of a call that gives pieces of the cache. */
const PIECES = 4 * 1024 * 1024;

const words = 'report invoice holiday photo scan contract draft final meeting notes budget plan Zürich Müller résumé letter family garden tax insurance bank school project alpha release music video backup archive drawing design logo team client offer order receipt travel ticket map'.split(' ');
const extensions = 'pdf jpg md docx mp4 xlsx txt png'.split(' ');

/** What the server would have, and what is asked of the vault. */
let made = null;
let opened = null;
let kept = null;

/** The same names each time. */
function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export const functions = {
  /** A vault of so many files in so many folders, as its server would list it. */
  makeVault(files, folders) {
    const account = app.NewAccount.create(PASSWORD, NOW);
    const { keys: given, user_id, salt, kdf } = JSON.parse(account.request('bench@example.org'));
    const { root } = given;
    const vault = account.intoVault();
    const keys = JSON.stringify({ ...given, user_id, salt, kdf, root: root.id });
    const nodes = new Map([[root.id, { node: node(root, null, 'folder'), head: root.head, children: [] }]]);
    const pick = random(5);
    const word = () => words[pick(words.length)];
    const take = (request) => {
      const { id, changes, heads } = JSON.parse(request);
      for (const change of changes) {
        if (change.type !== 'create') throw new Error(`unexpected change: ${change.type}`);
        const entry = { node: node(change, change.parent, change.kind), head: null, children: [] };
        nodes.get(change.parent).children.push(entry.node);
        if (change.kind === 'folder') nodes.set(change.id, entry);
      }
      for (const head of heads) nodes.get(head.node).head = head;
      vault.committed(id);
    };
    // In one commit: nothing comes between the root's first head and its last.
    const names = Array.from({ length: folders }, (_, folder) => [`${word()} ${folder}`]);
    const { nodes: ids, request } = JSON.parse(vault.createFolders(root.id, JSON.stringify(names), NOW));
    take(JSON.stringify(request));
    const hash = new Uint8Array(32);
    for (let file = 0; file < files; ) {
      const folder = ids[Math.floor((file * folders) / files)];
      const batch = new app.Batch();
      for (let count = 0; count < BATCH && file < files && ids[Math.floor((file * folders) / files)] === folder; count++, file++) {
        const name = `${word()}-${word()}_${word()} ${file}.${extensions[file % extensions.length]}`;
        const plan = vault.planUpload(folder, name, 'application/octet-stream', NOW + file * 1000, 1000);
        plan.tail(hash);
        batch.add(folder, plan, '00000000-0000-4000-8000-000000000001');
      }
      take(vault.commitUploads(batch, undefined, NOW));
      batch.free();
    }
    vault.free();
    const pages = [...nodes].map(([id, { node: folder, head, children }]) => {
      const answers = [];
      for (let at = 0; at < Math.max(1, children.length); at += PAGE) {
        const data = { folder, head: { node: id, seq: head.seq, sealed: head.sealed }, acl: id === root.id ? root.acl : null, children: children.slice(at, at + PAGE), next_cursor: null };
        answers.push(JSON.stringify({ success: true, data }));
      }
      return { id, answers };
    });
    made = { keys, pages };
    const sealed = [...nodes.values()].flatMap(({ children }) => children.map(({ metadata }) => (metadata.sealed.length / 4) * 3 - 72));
    return { files: sealed.length - folders, folders, metadata: Math.round(sealed.reduce((sum, length) => sum + length, 0) / sealed.length) };
  },

  /** Everything from the server's answers to a verified tree. */
  openVault() {
    const vault = unlock();
    const start = performance.now();
    for (const { id, answers } of made.pages) vault.openFolder(id, answers, []);
    const took = performance.now() - start;
    opened?.free();
    opened = vault;
    return took;
  },

  /** The same number of messages, each with a key of its own, opened and nothing else. */
  async openBare(files, metadata) {
    const bare = await import('/bare/bench_bare.js');
    await bare.default();
    const messages = new bare.Messages(2 * files, new Uint32Array([32, metadata]));
    const start = performance.now();
    if (messages.open() !== 2 * files) throw new Error('a message did not open');
    const took = performance.now() - start;
    messages.free();
    return took;
  },

  /** Seals what the device keeps; leaves it for `reopen`. */
  keepVault() {
    opened.cacheLost();
    kept = [];
    const start = performance.now();
    for (let pieces = []; !pieces.some(([name]) => /^0/.test(name) && !/[1-9a-f]/.test(name)); ) {
      pieces = opened.cachePieces('1', PIECES);
      kept.push(...pieces);
    }
    return { took: performance.now() - start, bytes: kept.reduce((sum, [, bytes]) => sum + bytes.length, 0) };
  },

  reopen() {
    const vault = unlock();
    const start = performance.now();
    const { folders } = JSON.parse(vault.loadPieces(kept.map(([name]) => name), kept.map(([, bytes]) => bytes)));
    const took = performance.now() - start;
    if (folders !== made.pages.length) throw new Error(`only ${folders} folders came back`);
    opened?.free();
    opened = vault;
    return took;
  },

  /** The first search brings the index up. */
  indexVault() {
    const start = performance.now();
    opened.search('{"text":"zzzz"}');
    return performance.now() - start;
  },

  /** As somebody types, letter by letter: each answer's time. */
  searchVault(queries) {
    const pick = random(9);
    const times = [];
    for (let query = 0; query < queries; query++) {
      const count = 1 + pick(3);
      const text = Array.from({ length: count }, () => (pick(6) === 0 ? String(pick(100000)) : words[pick(words.length)])).join(' ');
      for (let letters = 1; letters <= text.length; letters++) {
        const wanted = JSON.stringify({ text: text.slice(0, letters), limit: 50 });
        const start = performance.now();
        opened.search(wanted);
        times.push(performance.now() - start);
      }
    }
    return times;
  },
};

function unlock() {
  const { salt, kdf } = JSON.parse(made.keys);
  const credentials = app.Credentials.derive(PASSWORD, salt, kdf, undefined);
  const vault = app.Vault.unlock(credentials, made.keys, undefined, true);
  credentials.free();
  return vault;
}

/** A node as the server lists it. */
function node({ id, wrapped_key, metadata, version }, parent, kind) {
  const time = '2026-01-01T00:00:00.000Z';
  return { id, parent_id: parent, kind, epoch: 1, wrapped_key, metadata, trashed_at: null, version_id: version?.id ?? null, stored_size: 1096, created_at: time, updated_at: time };
}
