// P6, the browser's half: how much memory a transfer takes, and whether it grows with the file.

import { readFileSync } from 'node:fs';

import { saved, withApp } from '../lib/app.mjs';
import { chromiumVersion } from '../lib/browser.mjs';
import { rounds, valueGoal } from '../lib/figures.mjs';
import { family, withFolder } from '../lib/processes.mjs';

const SIZES = (process.env.BENCH_MIBS ?? '512,2048').split(',').map(Number);
const EVERY = 100;

export const browserMemory = {
  id: 'P6b',
  title: 'The browser’s memory',
  // A browser of its own for each round: what the one before has taken must not count as there.
  async measure() {
    const rows = SIZES.flatMap((mib) => ['up', 'down'].flatMap((direction) => ['the page and its workers', 'all processes'].map((of) => ({ name: `${mib} MiB ${direction}: ${of}`, values: [] }))));
    for (let round = 0; round < rounds(5); round++) {
      await withFolder((folder) => withApp(folder, async (app) => {
        let at = 0;
        for (const mib of SIZES) {
          for (const { page, all } of await transfers(app, mib)) {
            rows[at++].values.push(page);
            rows[at++].values.push(all);
          }
        }
      }));
    }
    const page = (direction) => rows.findLast(({ name }) => name.includes(`${direction}: the page`));
    const [largest] = SIZES.slice(-1);
    return {
      text: `Growth from before a transfer to its highest, of memory that is not backed by files (Pss_Anon and shared memory, read every
${EVERY} ms), while a file goes up and then comes down in the app. “The page and its workers” is the renderer’s process, “all” adds the
browser’s own, where finished parts of a download lie until they are saved, as far as it does not put them on the disk. The goal
speaks of 10 GB; what matters is whether growth follows the file’s size.`,
      tables: [{ title: 'Growth of memory during one transfer', name: 'browser-memory', unit: 'MiB', higher: false, ratio: false, rows }],
      goals: ['up', 'down'].map((direction) => valueGoal(`${largest} MiB ${direction}: the page and its workers`, page(direction).values, '≤', 64, 'MiB')),
      versions: [chromiumVersion()],
      commands: ['grep -E "Pss_(Anon|Shmem)" /proc/PID/smaps_rollup'],
    };
  },
};

async function transfers({ call, begun, downloads, browser }, mib) {
  await call('prepare', mib);
  const name = `content-${mib}.bin`;
  await call('tidy');
  const up = await watch(browser.pid, () => call('up', name));
  await call('tidy');
  const down = await watch(browser.pid, async () => {
    const began = begun();
    const done = call('down', name);
    const { size } = await Promise.race([began, done.then(() => began)]);
    await saved(downloads, name, size);
    await done;
  });
  await call('tidy');
  return [up, down];
}

/** How far memory grows during some work, in MiB. */
async function watch(pid, work) {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const before = footprint(pid);
  const peak = { ...before };
  const timer = setInterval(() => {
    const now = footprint(pid);
    peak.page = Math.max(peak.page, now.page);
    peak.all = Math.max(peak.all, now.all);
  }, EVERY);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return { page: peak.page - before.page, all: peak.all - before.all };
}

function footprint(pid) {
  const sum = { page: 0, all: 0 };
  for (const member of family(pid)) {
    try {
      const rollup = readFileSync(`/proc/${member}/smaps_rollup`, 'utf8');
      const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(rollup)[1]) / 1024;
      const mib = field('Pss_Anon') + field('Pss_Shmem');
      sum.all += mib;
      if (readFileSync(`/proc/${member}/cmdline`, 'utf8').includes('--type=renderer')) sum.page += mib;
    } catch {
      // It has ended meanwhile, or is about to.
    }
  }
  return sum;
}
