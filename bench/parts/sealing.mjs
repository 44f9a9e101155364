// P1: how fast file content is sealed in one browser worker.

import { chromiumVersion, withWorker } from '../lib/browser.mjs';
import { inTurns, ratioGoal } from '../lib/figures.mjs';

const MIB = 64;

export const sealing = {
  id: 'P1',
  title: 'Sealing file content in one browser worker',
  async measure() {
    const rows = await withWorker((call) => {
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
    const [ours, bare, , , sodium, , age] = rows;
    return {
      text: `${MIB} MiB of random bytes, in memory. Ours seals parts of 8 MiB in chunks of 16 KiB, hashes every 512 KiB of what comes
out, and puts it together for sending.`,
      tables: [{ title: 'Sealing', name: 'sealing', unit: 'MiB/s', higher: true, rows }],
      goals: [
        ratioGoal('Of SubtleCrypto alone, 16 KiB', ours, bare, '≥', 0.9),
        ratioGoal('Of libsodium.js secretstream, 16 KiB', ours, sodium, '≥', 2),
        ratioGoal('Of age-encryption', ours, age, '≥', 6),
      ],
      versions: [chromiumVersion(), 'libsodium.js 0.8.4', 'age-encryption 0.3.1'],
      commands: [],
    };
  },
};
