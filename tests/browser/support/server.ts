import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RunningServer {
  /** Where it answers, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Everything that it keeps. */
  readonly dataDir: string;
  /** Its log so far. */
  log(): string;
  /** Stops it; what it kept stays. */
  end(): Promise<void>;
  /** Stops it and removes what it kept. */
  stop(): Promise<void>;
  /** Stops it and starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Kills it, as a power cut does, and starts it again on the same port and data. */
  crash(): Promise<void>;
}

/** Starts the real server on data of its own. `settings` are its environment variables; one that is `undefined` is not set. */
export async function startServer(settings: Record<string, string | undefined> = {}): Promise<RunningServer> {
  const binary = process.env.STRONGROOM_SERVER ?? join(__dirname, '../../../target/release/strongroom-server');
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-journey-'));
  const port = await freePort();
  let log = '';
  let process_ = await launch();

  async function launch() {
    const child = spawn(binary, ['serve', '--data-dir', join(folder, 'data'), '--listen', `127.0.0.1:${port}`], {
      env: { ...process.env, STRONGROOM_LIMIT_REGISTRATION: 'off', STRONGROOM_LIMIT_LOGIN: 'off', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    // It prints one line once it answers.
    await Promise.race([
      new Promise((resolve) => child.stdout.once('data', resolve)),
      ended.then(() => Promise.reject(new Error(`the server did not start:\n${log}`))),
    ]);
    return { child, ended };
  }
  const end = async (): Promise<void> => {
    process_.child.kill('SIGTERM');
    await process_.ended;
  };
  return {
    url: `http://localhost:${port}`,
    port,
    dataDir: join(folder, 'data'),
    end,
    log: () => log,
    async stop() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
    async restart() {
      await end();
      process_ = await launch();
    },
    async crash() {
      process_.child.kill('SIGKILL');
      await process_.ended;
      process_ = await launch();
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
