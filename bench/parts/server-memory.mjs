// P6, the server's half: its memory when idle and under eight uploads and eight downloads at once.

import { open, stat } from 'node:fs/promises';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { rounds, valueGoal } from '../lib/figures.mjs';
import { forgetPeak, memory, run, version, withFolder } from '../lib/processes.mjs';
import { createFile, makeAccount, startServer } from '../lib/strongroom.mjs';

const MIB = 2 ** 20;
const SIZE = Number(process.env.BENCH_MIB ?? 1024);
const AT_ONCE = 8;
/** Long enough for what a start leaves to be done. */
const IDLE = 3000;

export const serverMemory = {
  id: 'P6',
  title: 'The server’s memory',
  measure: () => withFolder(measure),
};

async function measure(folder) {
  const source = join(folder, 'source');
  const file = await open(source, 'w');
  for (let index = 0; index < SIZE; index++) await file.write(randomBytes(MIB));
  await file.close();

  const fields = [
    ['fresh, idle', 'rss'],
    ['fresh, idle: of that not backed by files', 'anonymous'],
    ['under load, highest', 'peak'],
    ['afterwards, idle', 'rss'],
    ['afterwards, idle: of that not backed by files', 'anonymous'],
  ];
  const rows = fields.map(([name]) => ({ name, values: [] }));
  for (let round = 0; round < rounds(5); round++) {
    const server = await startServer(folder, {});
    const account = await makeAccount(server.url);
    const token = ['-H', `Authorization: Bearer ${account.token}`];
    await new Promise((resolve) => setTimeout(resolve, IDLE));
    const fresh = memory(server.pid);
    const [id] = await up(folder, server.url, token, source, 1);
    const node = randomUUID();
    await account.commit([createFile(node, account.root, id)]);

    await forgetPeak(server.pid);
    const downs = Array.from({ length: AT_ONCE }, () => run('curl', ['-sSf', '-o', '/dev/null', ...token, `${server.url}/api/v1/files/${node}/content`]));
    const [ids] = await Promise.all([up(folder, server.url, token, source, AT_ONCE), ...downs]);
    const busy = memory(server.pid);
    await account.discard(ids);
    await new Promise((resolve) => setTimeout(resolve, IDLE));
    const after = memory(server.pid);
    for (const [index, moment] of [fresh, fresh, busy, after, after].entries()) rows[index].values.push(moment[fields[index][1]]);
    await account.call('POST', '/commits', purge(account, node));
    await server.stop();
  }
  const largest = (await stat(source)).size / MIB;
  return {
    text: `Resident memory of the process as Linux counts it (VmRSS, VmHWM): its own, and those pages of the program and of the database
that it has mapped; the page cache is in none of it. ${AT_ONCE} uploads of ${largest} MiB, each one request, and ${AT_ONCE} downloads of as much, all at once,
by curl, each on a connection of its own. The server is started anew for each round.`,
    tables: [{ title: `Memory, ${AT_ONCE} × ${largest} MiB up and ${AT_ONCE} × ${largest} MiB down at once`, name: 'memory', unit: 'MiB', digits: 1, higher: false, ratio: false, rows }],
    goals: [valueGoal('Under load', rows[2].values, '≤', 64, 'MiB', 1), valueGoal('Idle, fresh', rows[0].values, '≤', 25, 'MiB', 1), valueGoal('Idle, after the load', rows[3].values, '≤', 25, 'MiB', 1)],
    versions: [version('curl', '--version')],
    commands: ["curl -X POST -T FILE -H 'Upload-Length: …' -H 'Tus-Resumable: 1.0.0' … $STRONGROOM/api/v1/uploads", 'curl -o /dev/null $STRONGROOM/api/v1/files/…/content', 'grep -E "VmRSS|VmHWM|RssAnon" /proc/PID/status'],
  };
}

/** Uploads the file so many times at once; gives the ids. */
async function up(folder, url, token, source, count) {
  const tus = ['-H', `Upload-Length: ${SIZE * MIB}`, '-H', 'Tus-Resumable: 1.0.0', '-H', 'Content-Type: application/offset+octet-stream', '-H', 'Expect:'];
  const sent = Array.from({ length: count }, () => run('curl', ['-sSf', '-X', 'POST', '-T', source, ...token, ...tus, '-D', '-', `${url}/api/v1/uploads`]));
  return (await Promise.all(sent)).map((headers) => /^location: .*\/([0-9a-f-]{36})\r$/im.exec(headers)[1]);
}

function purge(account, node) {
  const sealed = randomBytes(400).toString('base64');
  return { id: randomUUID(), changes: [{ type: 'purge', node }], heads: [{ node: account.root, expected_seq: account.seq, seq: account.seq + 1, sealed }] };
}
