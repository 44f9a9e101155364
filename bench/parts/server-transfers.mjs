// P3: how fast the server takes bytes in and gives them out, next to nginx and dufs.

import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { inTurns, ratioGoal, rounds } from '../lib/figures.mjs';
import { nginx, startNginx } from '../lib/nginx.mjs';
import { freePort, run, start, version, withFolder } from '../lib/processes.mjs';
import { createFile, makeAccount, startServer } from '../lib/strongroom.mjs';

const MIB = 1024 * 1024;
const LARGE = Number(process.env.BENCH_MIB ?? 1024);
const SMALL = 4;
const COUNT = Math.ceil(LARGE / SMALL);
const AT_ONCE = 4;

const { DUFS: dufs } = process.env;

export const serverTransfers = {
  id: 'P3',
  title: 'Bytes in and out of the server',
  measure: () => withFolder(measure),
};

async function measure(folder) {
  if (dufs === undefined) throw new Error('DUFS does not name dufs; use make bench');
  const source = { large: join(folder, 'large'), small: join(folder, 'small') };
  await fill(source.large, LARGE);
  await fill(source.small, SMALL);
  const contenders = [await strongroom(folder), await serveWithNginx(folder), await startDufs(folder)];
  const names = {
    put: ['Strongroom, with fsync', 'nginx, dav module, without fsync', 'dufs, without fsync'],
    get: ['Strongroom', 'nginx, sendfile', 'dufs'],
  };
  for (const contender of contenders) await contender.offer(source);

  // What others left unwritten must not be written on our time.
  const turn = (total, work) => async () => {
    await run('sync', []);
    const started = performance.now();
    const after = await work();
    const took = performance.now() - started;
    await after?.();
    return (total * 1000) / took;
  };
  const table = async (method, title, name, extra, pick) => ({
    title,
    name,
    unit: 'MiB/s',
    higher: true,
    rows: await inTurns([...contenders.map((contender, index) => ({ name: names[method][index], run: pick(contender) })), ...extra], rounds(5)),
  });

  const disk = join(folder, 'dd');
  const dd = (sync) => turn(LARGE, async () => {
    await run('dd', [`if=${source.large}`, `of=${disk}`, 'bs=256k', ...(sync ? ['conv=fdatasync'] : [])]);
    return () => rm(disk);
  });
  const ceilings = [
    { name: 'dd, with fdatasync', run: dd(true) },
    { name: 'dd, without', run: dd(false) },
  ];
  const up = await table('put', `Up, one file of ${LARGE} MiB`, 'up', ceilings, (peer) => turn(LARGE, () => peer.put(source.large, 1)));
  const upMany = await table('put', `Up, ${COUNT} files of ${SMALL} MiB, ${AT_ONCE} at once`, 'up-many', [], (peer) =>
    turn(COUNT * SMALL, () => peer.put(source.small, COUNT)),
  );
  const downTitle = (what) => `Down, ${what}, from the page cache`;
  const down = await table('get', downTitle(`one file of ${LARGE} MiB`), 'down', [], (peer) => turn(LARGE, () => peer.get('large', 1)));
  const downMany = await table('get', downTitle(`${COUNT} files of ${SMALL} MiB, ${AT_ONCE} at once`), 'down-many', [], (peer) =>
    turn(COUNT * SMALL, () => peer.get('small', COUNT)),
  );
  for (const contender of contenders) await contender.stop();

  const goals = [up, upMany].flatMap(({ title, rows: [ours, theirs, dufsRow] }) => [
    ratioGoal(`${title}, of nginx`, ours, theirs, '≥', 0.85),
    ratioGoal(`${title}, of dufs`, ours, dufsRow, '≥', 3),
  ]);
  for (const { title, rows: [ours, theirs, dufsRow] } of [down, downMany]) {
    goals.push(ratioGoal(`${title}, of nginx`, ours, theirs, '≥', 0.75), ratioGoal(`${title}, of dufs`, ours, dufsRow, '≥', 1.5));
  }
  return {
    text: `Loader: curl, the same for all. Ours takes a file with one tus request, syncs it before it answers, and checks a token,
limits and quota; nginx answers PUT with its dav module and GET with sendfile; neither nginx nor dufs syncs. \`sync\` runs before
every turn, outside the time. Whoever syncs can be no faster than the disk, which dd shows.`,
    tables: [up, upMany, down, downMany],
    goals,
    versions: [version(nginx, '-v'), version(dufs, '--version'), version('curl', '--version')],
    commands: [
      "curl -sS -X POST -T FILE -H 'Upload-Length: …' -H 'Tus-Resumable: 1.0.0' -H 'Content-Type: application/offset+octet-stream' -H 'Authorization: Bearer …' $STRONGROOM/api/v1/uploads",
      'curl -sS -T FILE $NGINX/up/NAME',
      'curl -sS -o /dev/null URL',
      `curl -sS -Z --parallel-max ${AT_ONCE} -K LIST`,
    ],
  };
}

/** Random bytes: nothing here compresses, and nothing should be able to. */
async function fill(path, mib) {
  const file = await open(path, 'w');
  for (let index = 0; index < mib; index++) await file.write(randomBytes(MIB));
  await file.close();
}

/** Runs curl over a list; every answer must be a success. */
async function curl(folder, options, items) {
  const list = join(folder, 'curl.list');
  await writeFile(list, items.map(([url, ...more]) => [`url = "${url}"`, ...more].join('\n')).join('\n'));
  const many = items.length > 1 ? ['-Z', '--parallel-max', String(AT_ONCE)] : [];
  const codes = await run('curl', ['-sS', '--no-progress-meter', '-H', 'Expect:', '-w', '%{http_code}\n', ...many, ...options, '-K', list]);
  const statuses = codes.trim().split('\n');
  if (statuses.length !== items.length || statuses.some((status) => !/^20[0-4]$/.test(status))) {
    throw new Error(`curl: ${items.length} requests, answers ${[...new Set(statuses)].join(' ')}`);
  }
}

const download = (url) => [url, 'output = "/dev/null"'];
const upload = (url, source) => [url, `upload-file = "${source}"`];

async function strongroom(folder) {
  const place = join(folder, 'strongroom');
  await mkdir(place);
  const server = await startServer(place);
  const account = await makeAccount(server.url);
  const files = {};
  const token = ['-H', `Authorization: Bearer ${account.token}`];
  const tus = (size) => ['-X', 'POST', '-H', `Upload-Length: ${size}`, '-H', 'Tus-Resumable: 1.0.0', '-H', 'Content-Type: application/offset+octet-stream'];
  const put = async (source, count) => {
    const headers = join(place, 'headers');
    const size = (count === 1 ? LARGE : SMALL) * MIB;
    const items = Array.from({ length: count }, () => upload(`${server.url}/api/v1/uploads`, source));
    await curl(place, [...token, ...tus(size), '-D', headers], items);
    return async () => {
      const ids = await locations(headers);
      if (ids.length !== count) throw new Error(`${count} uploads, ${ids.length} addresses`);
      await account.discard(ids);
      await rm(headers);
    };
  };
  return {
    put,
    /** Makes the two files that are fetched. */
    async offer(source) {
      for (const name of ['large', 'small']) {
        const headers = join(place, 'headers');
        const size = (name === 'large' ? LARGE : SMALL) * MIB;
        await curl(place, [...token, ...tus(size), '-D', headers], [upload(`${server.url}/api/v1/uploads`, source[name])]);
        files[name] = randomUUID();
        const [id] = await locations(headers);
        await account.commit([createFile(files[name], account.root, id)]);
        await rm(headers);
      }
    },
    get: (name, count) => curl(place, token, Array.from({ length: count }, () => download(`${server.url}/api/v1/files/${files[name]}/content`))),
    stop: () => server.stop(),
  };
}

/** The ids in the Location headers that curl has kept. */
async function locations(path) {
  let text = '';
  for await (const piece of createReadStream(path)) text += piece;
  return [...text.matchAll(/^location: .*\/([0-9a-f-]{36})\r$/gim)].map(([, id]) => id);
}

async function serveWithNginx(folder) {
  const place = join(folder, 'nginx');
  const www = join(place, 'www');
  const port = await freePort();
  for (const name of ['', 'www', 'www/up']) await mkdir(join(place, name));
  const server = await startNginx(place, port, `root ${www};\n    location /up/ { dav_methods PUT; create_full_put_path on; }`);
  return plain(`http://127.0.0.1:${port}`, place, www, server);
}

async function startDufs(folder) {
  const place = join(folder, 'dufs');
  const port = await freePort();
  for (const name of ['', 'www', 'www/up']) await mkdir(join(place, name));
  const args = [join(place, 'www'), '--bind', '127.0.0.1', '--port', String(port), '--allow-upload', '--log-file', join(place, 'access.log')];
  const server = await start(dufs, args, { log: join(place, 'stderr.log'), port });
  return plain(`http://127.0.0.1:${port}`, place, join(place, 'www'), server);
}

/** A server of files in a folder, with uploads in `up`. */
function plain(url, place, www, server) {
  return {
    async put(source, count) {
      await curl(place, [], Array.from({ length: count }, (_, index) => upload(`${url}/up/${index}`, source)));
      return async () => {
        for (const name of await readdir(join(www, 'up'))) await rm(join(www, 'up', name));
      };
    },
    async offer(source) {
      for (const name of ['large', 'small']) await run('cp', [source[name], join(www, name)]);
    },
    get: (name, count) => curl(place, [], Array.from({ length: count }, () => download(`${url}/${name}`))),
    stop: () => server.stop(),
  };
}
