// Programs that are measured: started, waited for, ended, and their folders removed, however
// the measurement ends.

import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const children = new Set();
const folders = new Set();

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** Gives a folder of its own to `use`; on the disk that BENCH_DIR names, else the system's. */
export async function withFolder(use) {
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'strongroom-bench-'));
  folders.add(folder);
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    folders.delete(folder);
  }
}

/**
 * Starts a program that serves. It is ready once `ready` holds for what it printed, or, without
 * `ready`, once something listens on `port`, or, without either, at once. Standard error goes to the
 * file `log`.
 */
export async function start(program, args, { env = {}, log, ready, port }) {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', openSync(log, 'a')] });
  children.add(child);
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  }).then((reason) => {
    children.delete(child);
    return reason;
  });
  const failed = ended.then((reason) => {
    throw new Error(`${program} ended too early (${reason}):\n${readFileSync(log, 'utf8').slice(-2000)}`);
  });
  failed.catch(() => undefined);
  let output = '';
  const printed = ready && new Promise((resolve) => {
    child.stdout.on('data', (piece) => {
      output += piece;
      const found = ready.exec(output);
      if (found !== null) resolve(found[0]);
    });
  });
  if (!ready) child.stdout.resume();
  const isReady = printed ?? (port === undefined ? new Promise((resolve) => child.once('spawn', resolve)) : listening(port));
  const line = await Promise.race([isReady, failed]);
  return {
    line,
    pid: child.pid,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
    },
  };
}

/** Runs a program to its end and gives what it printed. */
export async function run(program, args, options = {}) {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 64 * 1024 * 1024, ...options });
  return stdout;
}

/** The first line that a program prints about itself, its version. */
export function version(program, ...args) {
  const output = execFileSync('bash', ['-c', '"$0" "$@" 2>&1', program, ...args], { encoding: 'utf8' });
  return output.split('\n').find((line) => /\d+\.\d+/.test(line)).trim();
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function listening(port) {
  for (let tries = 0; tries < 500; tries++) {
    try {
      await fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD' });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** A process and all that it started. */
export function family(pid) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // "pid (name) state ppid …"; the name may hold anything.
      const [, ppid] = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
      parents.set(Number(name), Number(ppid));
    } catch {
      // It has ended meanwhile.
    }
  }
  const members = new Set([pid]);
  for (let before = 0; before !== members.size; ) {
    before = members.size;
    for (const [child, parent] of parents) if (members.has(parent)) members.add(child);
  }
  return [...members];
}

/** Fields of /proc/PID/status in MiB. Pages of the page cache are in none of them, mapped files are in VmRSS and VmHWM. */
export function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) / 1024;
  return { rss: field('VmRSS'), peak: field('VmHWM'), anonymous: field('RssAnon') };
}

/** Starts the count of VmHWM over. */
export async function forgetPeak(pid) {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}
