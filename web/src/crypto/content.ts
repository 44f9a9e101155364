import { Problem } from '../lib/problem';
import { workerUrl } from '../lib/trustedTypes';
import type { Content, ContentHost, DownloadJob, UploadJob } from './content.worker';
import contentUrl from './content.worker?worker&url';
import { connect, type Connection } from './rpc';

export type { ContentHost, DownloadJob, UploadJob } from './content.worker';

/** More threads than this gain nothing: the browser's own upload path is the limit. */
const THREADS = 2;

interface Thread {
  worker: Worker;
  connection: Connection<Content>;
  jobs: Set<string>;
}

export interface ContentPool {
  upload(job: UploadJob): Promise<string>;
  download(job: DownloadJob): Promise<Blob>;
  cancel(job: string): void;
  /** Ends all threads; work under way rejects. */
  end(): void;
}

/** Threads start with the first job that needs them. */
export function createContentPool(host: ContentHost): ContentPool {
  const threads: Thread[] = [];

  const start = (): Thread => {
    const worker = new Worker(workerUrl(contentUrl), { type: 'module', name: 'content' });
    const thread: Thread = { worker, connection: connect<Content, ContentHost>(worker, host), jobs: new Set() };
    worker.addEventListener('error', (event) => {
      thread.connection.close(new Problem({ code: 'server-unreachable', message: event.message || 'A worker could not be started.' }));
      threads.splice(threads.indexOf(thread), 1);
    });
    threads.push(thread);
    return thread;
  };

  const leastBusy = (): Thread => {
    const idle = threads.find((thread) => thread.jobs.size === 0);
    if (idle !== undefined) return idle;
    if (threads.length < THREADS) return start();
    return threads.reduce((a, b) => (b.jobs.size < a.jobs.size ? b : a));
  };

  const run = async <Result>(job: string, work: (thread: Thread) => Promise<Result>): Promise<Result> => {
    const thread = leastBusy();
    thread.jobs.add(job);
    try {
      return await work(thread);
    } finally {
      thread.jobs.delete(job);
    }
  };

  return {
    upload: (job) => run(job.id, (thread) => thread.connection.remote.upload(job)),
    download: (job) => run(job.id, (thread) => thread.connection.remote.download(job)),
    cancel(job) {
      for (const thread of threads) if (thread.jobs.has(job)) void thread.connection.remote.cancel(job).catch(() => undefined);
    },
    end() {
      for (const { worker, connection } of threads.splice(0)) {
        worker.terminate();
        connection.close(new Problem({ code: 'cancelled', message: 'The vault was locked.' }));
      }
    },
  };
}
