// node bench/run.mjs [NAME…]: measures all, or what is named, and writes RESULTS.md.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { derivation } from './derivation.mjs';
import { sealing } from './sealing.mjs';
import { machine, root, rounds } from './support.mjs';
import { unlocking } from './unlocking.mjs';

const all = { sealing, derivation, unlocking };
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(all);
const sections = [];
for (const name of names) {
  console.log(`==> Measuring ${name}`);
  const section = await all[name]();
  console.log(section);
  sections.push(section);
}

if (names.length === Object.keys(all).length) {
  const head = `# Results

Made by \`make bench\`; do not edit. ${rounds} rounds in turns after one that is not counted. "Ours is ×" is Strongroom's
median divided by that row's.

Measured ${new Date().toISOString().slice(0, 10)} on ${machine()}.
`;
  await writeFile(join(root, 'bench/RESULTS.md'), [head, ...sections, ''].join('\n').replaceAll(/\n{3,}/g, '\n\n'));
}
