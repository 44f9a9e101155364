// Servers whose one vault has so many files.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { run } from './processes.mjs';
import { makeAccount, native, startServer } from './strongroom.mjs';

/** What is measured unless BENCH_NODES says otherwise (`BENCH_NODES=1000,100000`). */
export const sizes = (process.env.BENCH_NODES ?? '1000,100000,1000000').split(',').map(Number);

export const count = (number) => number.toLocaleString('en-US');

/**
 * Makes a data directory with a vault of `nodes` files, by SQL with the server's own schema.
 * The server is stopped; the account has no address yet.
 */
export async function makeVault(folder, nodes) {
  const place = join(folder, `nodes-${nodes}`);
  await mkdir(place);
  const server = await startServer(place);
  const account = await makeAccount(server.url);
  await server.stop();
  const database = join(place, 'data/strongroom.db');
  await run(native, ['seed', database, String(nodes)]);
  return { place, nodes, account, database };
}
