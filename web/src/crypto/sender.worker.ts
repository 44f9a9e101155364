/// <reference lib="webworker" />
import { Problem } from '../lib/problem';
import { connect, type Connection } from './rpc';

/**
 * Sends requests with bodies, from where the service worker does not see them: see startSender.
 * As Blobs, which browsers send fastest.
 */

export interface SentRequest {
  id: number;
  method: string;
  url: string;
  headers: Record<string, string>;
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
  send(request: SentRequest, body: ArrayBuffer | null): Promise<SentResponse>;
  abort(id: number): void;
}

self.addEventListener(
  'message',
  ({ data: port }: MessageEvent<MessagePort>) => {
    const connection: Connection<SenderHost> = connect<SenderHost, Sender>(port, {
      send: (request: SentRequest, body: ArrayBuffer | null): Promise<SentResponse> => {
        const progress = (sent: number): void => void connection.remote.progress(request.id, sent).catch(() => undefined);
        if (body === null) return attempt(request, null, progress);
        // A browser that has no room for another Blob fails before it has asked anybody: then the bytes go as they are.
        return attempt(request, new Blob([body]), progress).catch(() => attempt(request, body, progress));
      },
      abort: (id: number) => running.get(id)?.abort(),
    });
    port.start();
  },
  { once: true },
);

function attempt({ id, method, url, headers }: SentRequest, body: Blob | ArrayBuffer | null, progress: (sent: number) => void): Promise<SentResponse> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    running.set(id, request);
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => progress(loaded);
    request.onload = () => resolve({ status: request.status, headers: request.getAllResponseHeaders(), body: request.responseText });
    request.onerror = () => reject(new Problem({ code: navigator.onLine ? 'server-unreachable' : 'offline', message: 'The server could not be reached.' }));
    request.onloadend = () => {
      if (running.get(id) === request) running.delete(id);
    };
    request.send(body);
  });
}
