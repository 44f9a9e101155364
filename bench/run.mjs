// node bench/run.mjs [PART…]: measures all parts, or those named (P3, P6b …), keeps what came out
// in results/, and writes RESULTS.md.

import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

import { root } from './lib/browser.mjs';
import { report } from './lib/report.mjs';
import { browserMemory } from './parts/browser-memory.mjs';
import { browserTransfers } from './parts/browser-transfers.mjs';
import { derivation } from './parts/derivation.mjs';
import { listings } from './parts/listings.mjs';
import { opening } from './parts/opening.mjs';
import { sealing } from './parts/sealing.mjs';
import { serverMemory } from './parts/server-memory.mjs';
import { serverTransfers } from './parts/server-transfers.mjs';
import { starting } from './parts/starting.mjs';
import { unlocking } from './parts/unlocking.mjs';

// Before the results change it.
const state = execFileSync('git', ['-C', root, 'describe', '--always', '--dirty', '--exclude', '*'], { encoding: 'utf8' }).trim();
const all = [sealing, browserTransfers, serverTransfers, listings, opening, serverMemory, browserMemory, derivation, unlocking, starting];
const names = process.argv.slice(2);
const unknown = names.filter((name) => !all.some(({ id }) => id === name));
if (unknown.length > 0) throw new Error(`there is no ${unknown.join(', ')}; there are ${all.map(({ id }) => id).join(', ')}`);

await mkdir(join(root, 'bench/results'), { recursive: true });
for (const { id, title, measure } of all) {
  if (names.length > 0 && !names.includes(id)) continue;
  const started = performance.now();
  console.log(`==> Measuring ${id}: ${title}`);
  const result = await measure();
  const counted = Math.max(...result.tables.flatMap(({ rows }) => rows.map(({ values }) => values.length)));
  const kept = { id, title, measured: new Date().toISOString(), rounds: counted, machine: machine(), commit: state, ...result };
  await writeFile(join(root, 'bench/results', `${id}.json`), `${JSON.stringify(kept, rounded, 2)}\n`);
  await report();
  for (const { what, op, limit, value, met } of result.goals) console.log(`    ${met ? 'met   ' : 'missed'} ${what}: ${value.toPrecision(3)} (${op} ${limit})`);
  console.log(`    done in ${Math.round((performance.now() - started) / 1000)} s`);
}

function machine() {
  return `${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux, Node.js ${process.version}`;
}

/** More digits than a figure has only make differences that are none. */
function rounded(_, value) {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value;
}
