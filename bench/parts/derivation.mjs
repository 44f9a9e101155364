// P7: how long a password's derivation takes, in the browser and natively.

import { chromiumVersion, withWorker } from '../lib/browser.mjs';
import { inTurns, ratioGoal } from '../lib/figures.mjs';
import { run } from '../lib/processes.mjs';
import { native } from '../lib/strongroom.mjs';

export const derivation = {
  id: 'P7',
  title: 'Deriving keys from a password',
  async measure() {
    const rows = await withWorker((call) =>
      inTurns([
        { name: 'Strongroom in the browser', run: () => call('argon2Ours') },
        { name: 'Strongroom natively', run: async () => Number(await run(native, ['derive'])) },
        { name: 'libsodium.js', run: () => call('argon2Sodium') },
        { name: 'hash-wasm', run: () => call('argon2HashWasm') },
      ]),
    );
    return {
      text: 'Argon2id with 64 MiB, 3 passes, 1 lane.',
      tables: [{ title: 'Argon2id', name: 'derivation', unit: 'ms', higher: false, rows }],
      goals: [ratioGoal('In the browser, of natively', rows[0], rows[1], '≤', 1.7)],
      versions: [chromiumVersion(), 'libsodium.js 0.8.4', 'hash-wasm 4.13.0'],
      commands: ['bench-native derive'],
    };
  },
};
