import type { HttpRequest, HttpResponse, HttpStack } from 'tus-js-client';

import { connect, type Remote } from './rpc';
import type { Sender, SenderHost, SentResponse } from './sender.worker';

/** The page, which starts the sending thread. */
export interface SenderStarter {
  /** Resolves once `use` was called. */
  openSender(): Promise<void>;
}

/** Sends requests in a thread of their own, which starts with the first of them. */
export class Sending {
  readonly #starter: SenderStarter;
  readonly #progress = new Map<number, (sent: number) => void>();
  #thread: Promise<Remote<Sender>> | null = null;
  #port: MessagePort | null = null;
  #nextRequest = 1;

  constructor(starter: SenderStarter) {
    this.#starter = starter;
  }

  /** The port of the thread that was asked for. */
  use(port: MessagePort): void {
    this.#port = port;
  }

  /** Rejects with a Problem when there is no answer. The body moves, and is of no use afterwards. `onBegun` gets what aborts it; then it never settles. */
  async send(
    { body, ...request }: { method: string; url: string; headers: Record<string, string>; body: Uint8Array<ArrayBuffer> | null },
    { onProgress, onBegun }: { onProgress?: (sent: number) => void; onBegun?: (abort: () => void) => void } = {},
  ): Promise<SentResponse> {
    const id = this.#nextRequest++;
    const thread = await this.#started();
    if (onProgress !== undefined) this.#progress.set(id, onProgress);
    onBegun?.(() => {
      this.#progress.delete(id);
      void thread.abort(id).catch(() => undefined);
    });
    try {
      return await thread.send({ id, ...request }, body === null ? null : bufferOf(body));
    } finally {
      this.#progress.delete(id);
    }
  }

  #started(): Promise<Remote<Sender>> {
    this.#thread ??= this.#start();
    this.#thread.catch(() => {
      this.#thread = null;
    });
    return this.#thread;
  }

  async #start(): Promise<Remote<Sender>> {
    await this.#starter.openSender();
    const port = this.#port;
    if (port === null) throw new Error('the sending thread has no port');
    const { remote } = connect<Sender, SenderHost>(port, { progress: (request: number, sent: number) => this.#progress.get(request)?.(sent) });
    port.start();
    return remote;
  }
}

/** Copying what is large costs more than sealing it. */
function bufferOf(bytes: Uint8Array<ArrayBuffer>): ArrayBuffer {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
}

/** The same as tus-js-client wants it. */
export function httpStack(sending: Sending): HttpStack {
  return {
    getName: () => 'sender',
    createRequest: (method, url) => new TusRequest(sending, method, url),
  };
}

class TusRequest implements HttpRequest {
  readonly #sending: Sending;
  readonly #method: string;
  readonly #url: string;
  readonly #headers: Record<string, string> = {};
  #onProgress: (sent: number) => void = () => undefined;
  #abort: () => void = () => undefined;
  #isAborted = false;

  constructor(sending: Sending, method: string, url: string) {
    this.#sending = sending;
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
    const request = { method: this.#method, url: this.#url, headers: this.#headers, body: body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : null };
    const onBegun = (abort: () => void): void => {
      this.#abort = abort;
      if (this.#isAborted) abort();
    };
    const response = await this.#sending.send(request, { onProgress: (sent) => this.#onProgress(sent), onBegun });
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
