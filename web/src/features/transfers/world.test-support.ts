import './zipContents';
import { vi } from 'vitest';

import type { Transfer } from '../../app/contract';
import type { OpenedContent, OpenJob, UploadJob } from '../../crypto/content';
import type { FileToUpload, RunningKeeper } from '../../crypto/keeper';
import type { Entry } from '../../crypto/types';
import { entryOf } from '../../lib/entries.test-support';
import { Problem } from '../../lib/problem';
import type { Unfinished } from './keptUploads';
import type { Picture } from './pictured';
import type { SaveStream } from './saveStream';
import { Transfers } from './transfers';

export const problem = (code: string): Problem => new Problem({ code, message: code });
export const file = (name: string, size = 10): File => Object.defineProperty(new File([], name), 'size', { value: size });
export const entry = (name: string): Entry => entryOf({ id: `id-${name}`, name, mediaType: 'text/plain', size: 3 });

/** The keeper and the workers' pool are other threads; here they are as obliging as told. */
export function world() {
  let shown: readonly Transfer[] = [];
  let plans = 0;
  const dropped: string[] = [];
  const keeper = {
    createFolders: vi.fn((_target: string, paths: readonly (readonly string[])[]) => Promise.resolve({ nodes: paths.map((path) => path.join('/')), request: '{}' })),
    planUpload: vi.fn<(folder: string, file: FileToUpload) => Promise<object>>(() => Promise.resolve({ plan: ++plans, version: `version ${plans}`, size: 10, totalLength: 100, known: new Uint8Array() })),
    planVersion: vi.fn<(node: string, file: FileToUpload) => Promise<object>>(() => Promise.resolve({ plan: ++plans, version: `version ${plans}`, size: 10, totalLength: 100, known: new Uint8Array() })),
    commitVersion: vi.fn(() => Promise.resolve('{}')),
    entry: vi.fn((node: string) => Promise.resolve({ ...entry(node.slice(3)), folder: 'elsewhere' })),
    dropUpload: vi.fn((plan: number) => Promise.resolve(void dropped.push(`upload ${plan}`))),
    batchUploads: vi.fn(() => Promise.resolve(1)),
    commitUploads: vi.fn(() => Promise.resolve('{}')),
    dropBatch: vi.fn(() => Promise.resolve()),
    planDownload: vi.fn((node: string) => Promise.resolve({ plan: ++plans, name: node.slice(3), mediaType: 'text/plain', size: 3, contentLength: 90, totalLength: 90, version: 'v' })),
    dropDownload: vi.fn((plan: number) => Promise.resolve(void dropped.push(`download ${plan}`))),
  };
  const running = new Map<string, { resolve: (value: never) => void; reject: (error: Problem) => void }>();
  const start = (job: { id: string }): Promise<never> => new Promise((resolve, reject) => running.set(job.id, { resolve, reject }));
  const content = (id: string) => ({ read: vi.fn(), serve: vi.fn(), collect: () => start({ id }), close: () => closed.push(id) });
  const closed: string[] = [];
  const pool = { upload: vi.fn((job: UploadJob) => start(job)), open: vi.fn((job: OpenJob): OpenedContent => content(job.id)), cancel: vi.fn((id: string) => running.get(id)?.reject(problem('cancelled'))), end: vi.fn(), pause: vi.fn(), resume: vi.fn(), remove: vi.fn(() => Promise.resolve()) };
  const commit = vi.fn(async (_folders: readonly string[], make: (now: number) => Promise<string>): Promise<void> => {
    await make(0);
  });
  const save = vi.fn();
  const kept = {
    keep: vi.fn(() => Promise.resolve()),
    forget: vi.fn<(version: string) => Promise<void>>(() => Promise.resolve()),
    unfinished: vi.fn<() => Promise<Unfinished[]>>(() => Promise.resolve([])),
    end: vi.fn(),
  };
  const folders = vi.fn<(folder: string) => Promise<readonly Entry[]>>(() => Promise.resolve([]));
  const list = async (folder: string) => ({ entries: await folders(folder), isWhole: true });
  const picture = vi.fn<Picture>(() => Promise.resolve(null));
  const saveStream = vi.fn<(content: SaveStream) => Promise<void> | null>(() => null);
  const transfers = new Transfers({
    details: (_file, check) => check('{}'),
    manyDetails: (files, check) => check(files.map(() => [])),
    contents: (versions) => Promise.resolve(versions.map(() => null)),
    keeper: keeper as unknown as RunningKeeper['remote'],
    pool: pool,
    commit,
    treeRead: () => Promise.resolve(),
    kept,
    show: (list) => (shown = list),
    save,
    saveStream,
    picture,
    list,
    now: Date.now,
  });
  const settle = async (): Promise<void> => {
    await vi.advanceTimersByTimeAsync(1000);
    // What is loaded when it is needed takes longer than any timer that is not a real one.
    await vi.dynamicImportSettled();
    await vi.advanceTimersByTimeAsync(0);
    await vi.dynamicImportSettled();
  };
  const status = (): string[] => shown.map(({ name, status: state }) => `${name} ${state}`);
  const job = (name: string) => {
    const found = shown.find((transfer) => transfer.name === name);
    if (found === undefined) throw new Error(`there is no transfer of ${name}`);
    const { resolve, reject } = running.get(found.id) ?? { resolve: () => undefined, reject: () => undefined };
    return { id: found.id, reject, resolve: resolve as (value: unknown) => void };
  };
  return { transfers, folders, picture, keeper, pool, kept, commit, save, saveStream, closed, settle, status, job, dropped, list: () => shown };
}
