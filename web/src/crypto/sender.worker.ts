/// <reference lib="webworker" />
import { Problem } from '../lib/problem';
import { connect } from './rpc';

/**
 * Sends requests with bodies, as Blobs: browsers send those fastest, but free their bytes
 * when it pleases them, and have no room for those of a large file. They are gone for
 * certain with the thread, so this one is replaced after every so many bytes.
 */

export interface SentRequest {
  id: number;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: Uint8Array | null;
}

export interface SentResponse {
  status: number;
  /** A line each. */
  headers: string;
  body: string;
}

/** What this worker tells whoever has it send. */
export interface SenderHost {
  /** Bytes of the body that are on their way. */
  progress(id: number, sent: number): void;
}

const running = new Map<number, XMLHttpRequest>();

/** What this worker offers. */
export interface Sender {
  /** Rejects when there was no answer; never settles once it was aborted. */
  send(request: SentRequest): Promise<SentResponse>;
  abort(id: number): void;
}

self.addEventListener(
  'message',
  ({ data: port }: MessageEvent<MessagePort>) => {
    const { remote: host } = connect<SenderHost, Sender>(port, {
      send: ({ id, method, url, headers, body }: SentRequest) =>
        new Promise<SentResponse>((resolve, reject) => {
          const request = new XMLHttpRequest();
          running.set(id, request);
          request.open(method, url);
          for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
          request.upload.onprogress = ({ loaded }) => void host.progress(id, loaded).catch(() => undefined);
          request.onload = () => resolve({ status: request.status, headers: request.getAllResponseHeaders(), body: request.responseText });
          request.onerror = () => reject(new Problem({ code: navigator.onLine ? 'server-unreachable' : 'offline', message: 'The server could not be reached.' }));
          request.onloadend = () => running.delete(id);
          request.send(body === null ? null : new Blob([body as BlobPart]));
        }),
      abort: (id: number) => running.get(id)?.abort(),
    });
    port.start();
  },
  { once: true },
);
