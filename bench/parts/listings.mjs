// P4: a page of a listing, and commits.

import { randomBytes, randomUUID } from 'node:crypto';

import { inTurns, ratioGoal, rounds } from '../lib/figures.mjs';
import { run, start, withFolder } from '../lib/processes.mjs';
import { createFile, native, renameFile, startServer } from '../lib/strongroom.mjs';
import { count, makeVault, sizes } from '../lib/vaults.mjs';

const CONNECTIONS = 16;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 2);
/** Places in the folder where pages begin. */
const PLACES = 64;
/** Commits in one round, of each size. */
const COMMITS = 10;

export const listings = {
  id: 'P4',
  title: 'Listings and commits',
  measure: () => withFolder(measure),
};

async function measure(folder) {
  const vaults = [];
  for (const nodes of sizes) {
    const vault = await makeVault(folder, nodes);
    vault.server = await startServer(vault.place);
    vault.account.url = vault.server.url;
    vault.pages = await pages(vault);
    vaults.push(vault);
  }
  const hello = await start(native, ['hello', vaults[0].database], { log: `${folder}/hello.log`, ready: /http:\/\/\S+/ });

  const details = new Map();
  const ask = (name, urls, header = []) => ({
    name,
    run: async (round) => {
      const seen = JSON.parse(await run(native, ['load', '--seconds', String(SECONDS), '--connections', String(CONNECTIONS), ...header, ...urls]));
      if (round > 0) details.set(name, [...(details.get(name) ?? []), seen]);
      return seen.per_second;
    },
  });
  const token = ({ account }) => ['--header', `Authorization: Bearer ${account.token}`];
  const folderPages = (vault) => ask(`Strongroom, ${count(vault.nodes)} files`, vault.pages, token(vault));
  const flatPage = (vault, page) => [`${vault.server.url}/api/v1/files?limit=100&page=${page}`];
  const perSecond = (title, name, rows) => ({ title, name, unit: 'requests a second', higher: true, rows });

  const listing = perSecond('A page of 100 of a folder', 'listing', await inTurns([
    ...vaults.map(folderPages),
    ask('axum, SQLite: one row', [`${hello.line}/row`]),
    ask('axum, SQLite: the same 100 rows as JSON', [`${hello.line}/page`]),
    ask('axum: “hello”', [`${hello.line}/hello`]),
  ], rounds(5)));
  const flat = perSecond('A page of 100 of the flat list of all files (GET /files)', 'flat', await inTurns([
    ...vaults.map((vault) => ask(`first page, ${count(vault.nodes)} files`, flatPage(vault, 1), token(vault))),
    ...vaults.map((vault) => ask(`middle page, ${count(vault.nodes)} files`, flatPage(vault, Math.ceil(vault.nodes / 200)), token(vault))),
  ], rounds(5)));
  await hello.stop();

  const commits = await measureCommits(vaults[0]);
  for (const { server } of vaults) await server.stop();

  const latency = (name) => {
    const seen = details.get(name).toSorted((a, b) => a.p99_ms - b.p99_ms);
    const middle = seen[Math.floor(seen.length / 2)];
    return `${name}: half within ${middle.p50_ms.toFixed(2)} ms, 99 % within ${middle.p99_ms.toFixed(2)} ms, ${Math.round(middle.bytes_each / 102.4) / 10} KiB each`;
  };
  const row = (table, index) => table.rows[index];
  const inverse = ({ values }) => ({ values: values.map((value) => 1 / value) });
  const goals = [ratioGoal('A page of 100, of axum answering one row of SQLite', row(listing, 0), row(listing, vaults.length), '≥', 0.15)];
  for (const [index, { nodes }] of vaults.entries()) {
    if (index === 0) continue;
    const what = `${count(nodes)} files instead of ${count(vaults[0].nodes)}, time for a page`;
    goals.push(ratioGoal(`${what} of a folder`, inverse(row(listing, index)), inverse(row(listing, 0)), '≤', 1.3));
    goals.push(ratioGoal(`${what} of the flat list`, inverse(row(flat, index)), inverse(row(flat, 0)), '≤', 1.3));
  }
  for (const [index, what] of ['100 renamed files', '100 new files'].entries()) {
    goals.push(ratioGoal(`A commit of ${what}, of a commit of one`, row(commits, 2 * index + 1), row(commits, 2 * index), '≤', 5));
  }
  return {
    text: `Every request carries a token, which is checked against its session, counts against limits that are on (but high), and is
logged to a file. ${CONNECTIONS} connections that stay open, each asking again once it was answered, ${SECONDS} s a turn; pages begin at
up to ${PLACES} places all over the folder. The vaults are made by SQL with the server's own schema, all files in one folder; their servers
run at the same time. The peers have none of this: the first
reads one row by its key, the second the same hundred rows; in the same way, over as many connections.`,
    tables: [listing, flat, commits],
    goals,
    notes: listing.rows.map(({ name }) => latency(name)),
    versions: ['axum 0.8, SQLite 3 (the same versions on both sides)'],
    commands: [
      `bench-native load --seconds ${SECONDS} --connections ${CONNECTIONS} --header 'Authorization: Bearer …' '$STRONGROOM/api/v1/folders/root/children?limit=100&cursor=…' …`,
      'bench-native hello DATABASE',
    ],
  };
}

/** Addresses of pages all over the root folder; only full ones. */
async function pages({ account, nodes, server }) {
  const cursors = [];
  const step = Math.min(5000, Math.max(100, Math.floor(nodes / PLACES)));
  for (let cursor = ''; cursor !== null; ) {
    const page = await account.call('GET', `/folders/root/children?limit=${step}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    if (page.children.length >= 100) cursors.push(cursor);
    cursor = page.next_cursor;
  }
  const every = Math.ceil(cursors.length / PLACES);
  return cursors
    .filter((_, index) => index % every === 0)
    .map((cursor) => `${server.url}/api/v1/folders/root/children?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`);
}

async function measureCommits({ account }) {
  const { children } = await account.call('GET', '/folders/root/children?limit=200');
  const nodes = children.map(({ id }) => id);
  const revs = new Map();
  const rename = (much) => async () => {
    const changes = nodes.slice(0, much).map((node) => {
      revs.set(node, (revs.get(node) ?? 1) + 1);
      return renameFile(node, revs.get(node));
    });
    return account.commit(changes);
  };
  const create = (much) => async () => {
    const changes = [];
    for (let index = 0; index < much; index++) changes.push(createFile(randomUUID(), account.root, await account.stage(randomBytes(1000))));
    return account.commit(changes);
  };
  const mean = (commit) => async () => {
    let sum = 0;
    for (let index = 0; index < COMMITS; index++) sum += await commit();
    return sum / COMMITS;
  };
  const rows = await inTurns([
    { name: '1 renamed file', run: mean(rename(1)) },
    { name: '100 renamed files', run: mean(rename(100)) },
    { name: '1 new file', run: mean(create(1)) },
    { name: '100 new files', run: mean(create(100)) },
  ], rounds(5));
  return { title: `A commit (mean of ${COMMITS}), with what it names uploaded before`, name: 'commits', unit: 'ms', digits: 1, higher: false, rows };
}
