// P7: how long a password's derivation takes, in the browser and natively.

import { execFileSync } from 'node:child_process';

import { inTurns, table, withWorker } from './support.mjs';

export async function derivation() {
  const native = process.env.BENCH_NATIVE;
  if (native === undefined) throw new Error('BENCH_NATIVE does not name the native part; use make bench');
  const figures = await withWorker((call) =>
    inTurns([
      { name: 'Strongroom in the browser', run: () => call('argon2Ours') },
      { name: 'Strongroom natively', run: () => Number(execFileSync(native, ['derive'], { encoding: 'utf8' })) },
      { name: 'libsodium.js', run: () => call('argon2Sodium') },
      { name: 'hash-wasm', run: () => call('argon2HashWasm') },
    ]),
  );
  return `## Deriving keys from a password

Argon2id with 64 MiB, 3 passes, 1 lane. Goal: in the browser at most 1.7 × the time that it takes natively.

${table(figures, 'ms', 0, (ours, other) => ours / other)}`;
}
