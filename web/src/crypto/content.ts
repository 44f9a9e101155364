import { Problem } from '../lib/problem';
import { workerUrl } from '../lib/trustedTypes';
import type { Content, ContentHost, OpenJob, UploadJob } from './content.worker';
import contentUrl from './content.worker?worker&url';
import { connect, type Connection } from './rpc';
import { startSender } from './startSender';

export type { ContentHost, OpenJob, UploadJob } from './content.worker';

/** More threads than this gain nothing: the browser's own upload path is the limit. */
const THREADS = 2;

/** What the page itself offers to a content thread; the rest is asked of the app. */
type AppHost = Omit<ContentHost, 'openSender'>;

interface Thread {
  worker: Worker;
  connection: Connection<Content>;
  /** Sends for it; started with the first request that has a body. */
  sender: Worker | null;
  jobs: Set<string>;
}

export interface ContentPool {
  upload(job: UploadJob): Promise<string>;
  pause(job: string): void;
  resume(job: string): void;
  /** Removes what the server has of an upload that will not go on. */
  remove(address: string): Promise<void>;
  /** One version of a file, to be read until it is closed. */
  open(job: OpenJob): OpenedContent;
  cancel(job: string): void;
  /** Ends all threads; work under way rejects. */
  end(): void;
}

export interface OpenedContent {
  read(start: number, end: number): Promise<Uint8Array>;
  /** Hands bytes [start, end) to the service worker as it asks for them; rejects with `cancelled` when nobody wants the rest. */
  serve(port: MessagePort, start: number, end: number, report: boolean): Promise<void>;
  collect(): Promise<Blob>;
  close(): void;
}

/** Threads start with the first job that needs them. */
export function createContentPool(host: AppHost): ContentPool {
  const threads: Thread[] = [];

  const start = (): Thread => {
    const worker = new Worker(workerUrl(contentUrl), { type: 'module', name: 'content' });
    const fail = (event: ErrorEvent): void => {
      thread.connection.close(new Problem({ code: 'server-unreachable', message: event.message || 'A worker could not be started.' }));
      if (threads.includes(thread)) threads.splice(threads.indexOf(thread), 1);
    };
    const full: ContentHost = {
      ...host,
      async openSender() {
        const { port1, port2 } = new MessageChannel();
        const sender = await startSender();
        // The vault was locked meanwhile.
        if (!threads.includes(thread)) {
          sender.terminate();
          return;
        }
        sender.addEventListener('error', fail);
        sender.postMessage(port1, [port1]);
        thread.sender?.terminate();
        thread.sender = sender;
        await thread.connection.remote.useSender(port2);
      },
    };
    const thread: Thread = { worker, connection: connect<Content, ContentHost>(worker, full), sender: null, jobs: new Set() };
    worker.addEventListener('error', fail);
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

  const tell = (work: Promise<unknown>): void => void work.catch(() => undefined);
  const threadOf = (job: string): Thread | undefined => threads.find((thread) => thread.jobs.has(job));

  return {
    pause(job) {
      const thread = threadOf(job);
      if (thread !== undefined) tell(thread.connection.remote.pause(job));
    },
    resume(job) {
      const thread = threadOf(job);
      if (thread !== undefined) tell(thread.connection.remote.resume(job));
    },
    remove: (address) => leastBusy().connection.remote.remove(address),
    upload: (job) => run(job.id, (thread) => thread.connection.remote.upload(job)),
    open(job) {
      const thread = leastBusy();
      const { remote } = thread.connection;
      thread.jobs.add(job.id);
      tell(remote.open(job));
      return {
        read: (start, end) => remote.read(job.id, start, end),
        serve: (port, start, end, report) => remote.serve(job.id, port, start, end, report),
        collect: () => remote.collect(job.id),
        close() {
          thread.jobs.delete(job.id);
          tell(remote.close(job.id));
        },
      };
    },
    cancel(job) {
      for (const thread of threads) if (thread.jobs.has(job)) void thread.connection.remote.cancel(job).catch(() => undefined);
    },
    end() {
      for (const { worker, connection, sender } of threads.splice(0)) {
        worker.terminate();
        sender?.terminate();
        connection.close(new Problem({ code: 'cancelled', message: 'The vault was locked.' }));
      }
    },
  };
}
