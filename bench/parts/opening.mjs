// P5: a vault of 100,000 files: opened, searched, and opened again from what the device keeps.

import { chromiumVersion, withWorker } from '../lib/browser.mjs';
import { inTurns, ratioGoal, valueGoal } from '../lib/figures.mjs';

const FILES = 100_000;
const FOLDERS = 200;
const QUERIES = 30;

export const opening = {
  id: 'P5',
  title: 'Opening and searching a vault of 100,000 files',
  async measure() {
    return withWorker(async (call) => {
      const { metadata } = await call('makeVault', FILES, FOLDERS);
      // What is kept is made once, of a vault that was opened.
      await call('openVault');
      const { took, bytes } = await call('keepVault');
      const rows = await inTurns([
        { name: 'Strongroom, from the server’s answers', run: () => call('openVault') },
        { name: 'AES-256-GCM in WebAssembly alone', run: () => call('openBare', FILES, metadata) },
        { name: 'Strongroom, from the device’s cache', run: () => call('reopen') },
      ]);
      const [answers, bare, cache] = rows;
      const indexed = await call('indexVault');
      const times = [];
      const searching = await inTurns([
        {
          name: 'Strongroom, 99th percentile',
          run: async (round) => {
            const found = (await call('searchVault', QUERIES)).sort((a, b) => a - b);
            if (round > 0) times.push(...found);
            return found[Math.floor(found.length * 0.99)];
          },
        },
      ]);
      times.sort((a, b) => a - b);
      return {
        text: `${FILES.toLocaleString('en-US')} files in ${FOLDERS} folders, in one worker of the browser. Opening takes the server's answers, which are in memory, to a verified
tree: JSON, every wrapped key, every metadata record, every hash, every head. What it is compared with opens as many messages of the same lengths
with the same cipher, a key for each, and does nothing else.`,
        tables: [
          { title: 'Opening', name: 'opening', unit: 'ms', higher: false, rows },
          { title: 'Searching while somebody types, letter by letter', name: null, unit: 'ms', digits: 1, higher: false, rows: searching },
        ],
        goals: [
          ratioGoal('Opening, of AES-GCM alone', answers, bare, '≤', 3),
          valueGoal('Opening', answers.values, '≤', 2500, 'ms'),
          valueGoal('Searching, 99th percentile', searching[0].values, '≤', 16, 'ms', 1),
          ratioGoal('Opening again from the cache, of opening', cache, answers, '≤', 0.3),
        ],
        notes: [
          `What the device keeps of it has ${(bytes / 2 ** 20).toFixed(0)} MiB and is sealed in ${Math.round(took)} ms, once; a change seals its folder's part again.`,
          `The first search indexes everything, which takes ${Math.round(indexed)} ms; after that half of all searches take up to ${times[Math.floor(times.length / 2)].toFixed(1)} ms, the slowest took ${times.at(-1).toFixed(1)} ms.`,
        ],
        versions: [chromiumVersion()],
        commands: [],
      };
    });
  },
};
