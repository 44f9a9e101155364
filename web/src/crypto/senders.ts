import type { HttpRequest, HttpResponse, HttpStack } from 'tus-js-client';

import { connect, type Remote } from './rpc';
import type { Sender, SenderHost, SentResponse } from './sender.worker';

/** Bytes after which a sending thread is replaced: so many, and those on the wire, the browser may hold. */
const MOST = 128 * 1024 * 1024;

interface Thread {
  id: number;
  remote: Remote<Sender>;
  sent: number;
  underWay: number;
  isRetired: boolean;
}

/** What it takes to have sending threads: the page starts and ends them. */
export interface SenderKeeper {
  /** Resolves once `use` was called for it. */
  openSender(id: number): Promise<void>;
  closeSender(id: number): Promise<void>;
}

/** Sends requests in a thread of their own, which does not get old. */
export class Senders {
  readonly #keeper: SenderKeeper;
  readonly #progress = new Map<number, (sent: number) => void>();
  #current: Promise<Thread> | null = null;
  #ports = new Map<number, MessagePort>();
  #nextThread = 1;
  #nextRequest = 1;

  constructor(keeper: SenderKeeper) {
    this.#keeper = keeper;
  }

  /** The port of a thread that was asked for. */
  use(id: number, port: MessagePort): void {
    this.#ports.set(id, port);
  }

  /** Rejects with a Problem when there is no answer. `onBegun` gets what aborts it. */
  async send(
    request: { method: string; url: string; headers: Record<string, string>; body: Uint8Array | null },
    { onProgress, onBegun }: { onProgress?: (sent: number) => void; onBegun?: (abort: () => void) => void } = {},
  ): Promise<SentResponse> {
    const id = this.#nextRequest++;
    const thread = await this.#thread();
    thread.sent += request.body?.byteLength ?? 0;
    thread.underWay += 1;
    if (thread.sent >= MOST) {
      thread.isRetired = true;
      this.#current = null;
    }
    if (onProgress !== undefined) this.#progress.set(id, onProgress);
    const end = (): void => {
      if (!this.#progress.delete(id) && onProgress !== undefined) return;
      thread.underWay -= 1;
      if (thread.isRetired && thread.underWay === 0) void this.#keeper.closeSender(thread.id).catch(() => undefined);
    };
    onBegun?.(() => {
      void thread.remote.abort(id).then(end, end);
    });
    try {
      return await thread.remote.send({ id, ...request });
    } finally {
      end();
    }
  }

  #thread(): Promise<Thread> {
    this.#current ??= this.#start();
    this.#current.catch(() => {
      this.#current = null;
    });
    return this.#current;
  }

  async #start(): Promise<Thread> {
    const id = this.#nextThread++;
    await this.#keeper.openSender(id);
    const port = this.#ports.get(id);
    this.#ports.delete(id);
    if (port === undefined) throw new Error('the sending thread has no port');
    const { remote } = connect<Sender, SenderHost>(port, { progress: (request: number, sent: number) => this.#progress.get(request)?.(sent) });
    port.start();
    return { id, remote, sent: 0, underWay: 0, isRetired: false };
  }
}

/** The same as tus-js-client wants it. */
export function httpStack(senders: Senders): HttpStack {
  return {
    getName: () => 'sender',
    createRequest: (method, url) => new TusRequest(senders, method, url),
  };
}

class TusRequest implements HttpRequest {
  readonly #senders: Senders;
  readonly #method: string;
  readonly #url: string;
  readonly #headers: Record<string, string> = {};
  #onProgress: (sent: number) => void = () => undefined;
  #abort: () => void = () => undefined;
  #isAborted = false;

  constructor(senders: Senders, method: string, url: string) {
    this.#senders = senders;
    this.#method = method;
    this.#url = url;
  }

  getMethod = (): string => this.#method;
  getURL = (): string => this.#url;
  getHeader = (name: string): string | undefined => this.#headers[name];
  getUnderlyingObject = (): null => null;

  setHeader(name: string, value: string): void {
    this.#headers[name] = value;
  }

  setProgressHandler(handler: (sent: number) => void): void {
    this.#onProgress = handler;
  }

  async send(body: unknown): Promise<HttpResponse> {
    const request = { method: this.#method, url: this.#url, headers: this.#headers, body: body instanceof Uint8Array ? body : null };
    const onBegun = (abort: () => void): void => {
      this.#abort = abort;
      if (this.#isAborted) abort();
    };
    const response = await this.#senders.send(request, { onProgress: (sent) => this.#onProgress(sent), onBegun });
    return {
      getStatus: () => response.status,
      getHeader: (name) => headerOf(response.headers, name),
      getBody: () => response.body,
      getUnderlyingObject: () => null,
    };
  }

  abort(): Promise<void> {
    this.#isAborted = true;
    this.#abort();
    return Promise.resolve();
  }
}

/** One of the lines `name: value`. */
export function headerOf(lines: string, name: string): string | undefined {
  const wanted = `${name.toLowerCase()}:`;
  const line = lines.split('\r\n').find((one) => one.toLowerCase().startsWith(wanted));
  return line?.slice(wanted.length).trim();
}
