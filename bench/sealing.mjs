// P1: how fast file content is sealed in one browser worker.

import { inTurns, table, withWorker } from './support.mjs';

const MIB = 64;

export async function sealing() {
  const figures = await withWorker((call) => {
    const speed = async (...args) => (MIB * 1000) / (await call(...args));
    return inTurns([
      { name: 'Strongroom (ContentSealer)', run: () => speed('ours', MIB) },
      { name: 'SubtleCrypto AES-256-GCM alone, calls of 16 KiB', run: () => speed('bare', MIB) },
      { name: 'the same, and SHA-256 of every 512 KiB', run: () => speed('bareHashed', MIB) },
      { name: 'SHA-256 of every 512 KiB alone', run: () => speed('hash', MIB) },
      { name: 'libsodium.js secretstream, 16 KiB', run: () => speed('secretstream', MIB, 16 * 1024) },
      { name: 'libsodium.js secretstream, 64 KiB', run: () => speed('secretstream', MIB, 64 * 1024) },
      { name: 'age-encryption', run: () => speed('age', MIB) },
    ]);
  });
  return `## Sealing file content in one browser worker

${MIB} MiB of random bytes, in memory. Ours seals parts of 8 MiB in chunks of 16 KiB, hashes every 512 KiB of what comes
out, and puts it together for sending. Goals: 0.9 × SubtleCrypto alone, 2 × secretstream, 6 × age-encryption: not met.
What the format asks for beyond the bare cipher costs as much in plain JavaScript (third row). It is not the hashing
itself: letting it run beside the next part's sealing changed nothing when it was tried. What remains is that every byte
is copied twice more, into the part and into SHA-256, and memory is taken for it.

${table(figures, 'MiB/s', 0, (ours, other) => ours / other)}`;
}
