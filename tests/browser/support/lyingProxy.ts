import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What arrived at the server of one part of an upload. */
export interface SentPart {
  path: string;
  offset: number;
  /** Its first bytes, up to 8 MiB. */
  bytes: Buffer;
}

export interface LyingProxy {
  readonly url: string;
  readonly sent: SentPart[];
  /** Changes the headers of every answer, given how it was asked. */
  lie: ((asked: { method: string; path: string }, headers: IncomingHttpHeaders) => void) | null;
  stop(): Promise<void>;
}

const MOST = 8 * 1024 * 1024;

/** Stands between the browser and an honest server: what workers send cannot be read from within the browser. */
export async function startLyingProxy(port: number): Promise<LyingProxy> {
  const sent: SentPart[] = [];
  const proxy = createServer((asked, answer) => {
    const { method = 'GET', url: path = '/', headers } = asked;
    const onward = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      self.lie?.({ method, path }, response.headers);
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.on('error', () => onward.destroy());
    answer.on('close', () => onward.destroy());
    // The first part may come with the request that begins the upload.
    if (headers['content-type'] === 'application/offset+octet-stream') {
      const part = { path, offset: Number(headers['upload-offset'] ?? 0), bytes: Buffer.alloc(0) };
      sent.push(part);
      asked.on('data', (chunk: Buffer) => {
        if (part.bytes.length < MOST) part.bytes = Buffer.concat([part.bytes, chunk]);
      });
    }
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const self: LyingProxy = {
    url: `http://localhost:${(proxy.address() as AddressInfo).port}`,
    sent,
    lie: null,
    stop() {
      proxy.closeAllConnections();
      return new Promise((resolve) => proxy.close(() => resolve()));
    },
  };
  return self;
}
