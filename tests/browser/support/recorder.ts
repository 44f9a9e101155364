import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Recorder {
  /** Where the browser goes instead of the server. */
  readonly url: string;
  /** Every byte that went either way: lines, headers and bodies. */
  traffic(): Buffer;
  stop(): Promise<void>;
}

/** Stands between browser and server, hands everything on and keeps a copy. */
export async function record(upstream: string): Promise<Recorder> {
  const kept: Buffer[] = [];
  const keep = (message: IncomingMessage, line: string): void => {
    kept.push(Buffer.from(`${line}\n${message.rawHeaders.join('\n')}\n`));
    message.on('data', (piece: Buffer) => kept.push(piece));
  };
  const server = createServer((asked, answer) => {
    keep(asked, `${asked.method ?? ''} ${asked.url ?? ''}`);
    const onward = request(new URL(asked.url ?? '/', upstream), { method: asked.method, headers: asked.headers }, (answered) => {
      keep(answered, String(answered.statusCode));
      answer.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
      answered.pipe(answer);
    });
    // The browser closes connections as it likes.
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    traffic: () => Buffer.concat(kept),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A secret in every form in which it might leak: raw, hex, percent-encoded, and as base64 at any alignment. */
export function forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '');
    // What stands around the secret spoils the first and the last characters.
    return encoded.slice(shift === 0 ? 0 : 4, -3);
  });
  const urlSafe = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const hex = bytes.toString('hex');
  return [secret, encodeURIComponent(secret), JSON.stringify(secret), hex, hex.toUpperCase(), ...base64, ...urlSafe];
}
