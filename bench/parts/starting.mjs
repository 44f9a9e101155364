// P9: the program's size, and how long it takes to answer.

import { stat } from 'node:fs/promises';

import { inTurns, rounds, valueGoal } from '../lib/figures.mjs';
import { withFolder } from '../lib/processes.mjs';
import { binary, startServer } from '../lib/strongroom.mjs';
import { count, makeVault, sizes } from '../lib/vaults.mjs';

export const starting = {
  id: 'P9',
  title: 'Size and start',
  measure: () => withFolder(measure),
};

async function measure(folder) {
  const vaults = [];
  for (const nodes of sizes) vaults.push(await makeVault(folder, nodes));
  const rows = await inTurns(
    vaults.map(({ place, nodes }) => ({
      name: `${count(nodes)} files`,
      run: async () => {
        const started = performance.now();
        const server = await startServer(place);
        const response = await fetch(`${server.url}/api/v1/health`);
        const took = performance.now() - started;
        if (!response.ok) throw new Error(`health: ${response.status}`);
        await server.stop();
        return took;
      },
    })),
    rounds(),
  );
  const mib = (await stat(binary)).size / 2 ** 20;
  const [largest] = rows.slice(-1);
  return {
    text: `From starting the process to the answer of GET /api/v1/health, which asks the database; the files are in the page cache. The
program holds the web app and needs nothing beside it but the C library.`,
    tables: [
      { title: 'Start to first answer', name: 'start', unit: 'ms', higher: false, rows },
      { title: 'The program, web app inside', name: null, unit: 'MiB', digits: 1, higher: false, rows: [{ name: 'strongroom-server', values: [mib] }] },
    ],
    goals: [valueGoal('Size of the program', [mib], '≤', 40, 'MiB', 1), valueGoal(`Start to first answer, ${largest.name}`, largest.values, '≤', 150, 'ms')],
    versions: [],
    commands: ['strongroom-server serve --data-dir … --listen 127.0.0.1:0', 'stat -c %s target/release/strongroom-server'],
  };
}
