// P2: a large file up and down in the real app, next to the same bytes without sealing.

import { saved, withApp } from '../lib/app.mjs';
import { chromiumVersion } from '../lib/browser.mjs';
import { inTurns, ratioGoal, rounds, valueGoal } from '../lib/figures.mjs';
import { run, withFolder } from '../lib/processes.mjs';

const SIZE = Number(process.env.BENCH_MIB ?? 1024);
const MIB = 2 ** 20;

export const browserTransfers = {
  id: 'P2',
  title: 'A large file in the app',
  measure: () => withFolder((folder) => withApp(folder, measure)),
};

async function measure({ call, begun, downloads }) {
  await call('prepare', SIZE);
  const longest = { up: [], down: [] };
  const kept = 'kept.bin';
  await call('up', kept);
  await call('tidy');
  const turn = (work) => async (round) => {
    await run('sync', []);
    const { ms } = await work(round);
    await call('tidy');
    return (SIZE * 1000) / ms;
  };
  const note = (direction, round, result) => {
    if (round > 0) longest[direction].push(result.longest);
    return result;
  };
  const down = (name) => async (round) => {
    const began = begun();
    const done = call(name, kept);
    const { moment, size } = await Promise.race([began, done.then(() => began)]);
    const ended = await saved(downloads, kept, size);
    const result = await done;
    if (name === 'down') note('down', round, result);
    return { ms: ended - moment };
  };
  const up = await inTurns(
    [
      {
        name: 'Strongroom',
        run: turn(async (round) => {
          const result = note('up', round, await call('up', `round-${round}.bin`));
          await call('purge', `round-${round}.bin`);
          return result;
        }),
      },
      { name: 'the same parts, not sealed', run: turn(() => call('plainUp')) },
    ],
    rounds(5),
  );
  const downs = await inTurns(
    [
      { name: 'Strongroom', run: turn(down('down')) },
      { name: 'the same ranges, not opened', run: turn(down('plainDown')) },
    ],
    rounds(5),
  );
  return {
    text: `One file of ${SIZE} MiB that lies on the disk, in the whole app as it ships, on the real server behind nginx, which hands out the
page with the script that drives it, in a browser without a debugger.
Up: from the choice of the file until it is committed to its folder. Down: from the click until the file is complete in the
browser's folder of downloads. The peers neither seal nor open: one worker sends straight from the file with tus-js-client, in requests
as large and, as the app does, past the service worker; or fetches the same ranges and saves them through the same service
worker. The longest task is that of the page's own thread (PerformanceObserver, which sees those over 50 ms; 0 means none).`,
    tables: [
      { title: `Up, ${SIZE} MiB`, name: 'browser-up', unit: 'MiB/s', higher: true, rows: up },
      { title: `Down to the disk, ${SIZE} MiB`, name: 'browser-down', unit: 'MiB/s', higher: true, rows: downs },
      { title: 'Longest task of the page’s thread', name: null, unit: 'ms', higher: false, ratio: false, rows: [{ name: 'up', values: longest.up }, { name: 'down', values: longest.down }] },
    ],
    goals: [
      ratioGoal('Up, of the same not sealed', up[0], up[1], '≥', 0.8),
      ratioGoal('Down, of the same not opened', downs[0], downs[1], '≥', 0.65),
      valueGoal('Longest task, up', longest.up, '≤', 50, 'ms'),
      valueGoal('Longest task, down', longest.down, '≤', 50, 'ms'),
    ],
    versions: [chromiumVersion()],
    commands: [],
  };
}
