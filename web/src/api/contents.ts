import { Problem } from '../lib/problem';
import { BASE_PATH, newRequestId } from './base';
import { problemFromBody } from './envelope';

/** Of each length in an answer, in bytes; and the length that says that there are no bytes. */
const LENGTH = 8;
const NONE = 2n ** 64n - 1n;

/** The stored bytes of small versions, in their order; null for one that is not there. Rejects with a Problem. */
export async function fetchContents(versions: readonly string[], token: () => Promise<string>, signal: AbortSignal): Promise<(Uint8Array<ArrayBuffer> | null)[]> {
  const init: RequestInit = {
    method: 'POST',
    headers: { Authorization: `Bearer ${await token()}`, 'Content-Type': 'application/json', 'X-Request-Id': newRequestId() },
    body: JSON.stringify({ versions }),
    signal,
  };
  const response = await fetch(`${self.location.origin}${BASE_PATH}/files/contents`, init).catch((cause: unknown) => {
    if (signal.aborted) throw cause;
    throw new Problem({ code: navigator.onLine ? 'server-unreachable' : 'offline', message: 'The server could not be reached.' }, { cause });
  });
  if (!response.ok) {
    const told = await response.text().catch(() => '');
    throw problemFromBody(response.status, told, { retryAfter: response.headers.get('Retry-After'), requestId: response.headers.get('X-Request-Id') });
  }
  return parseContents(await bytesOf(response), versions.length);
}

/** A body of lengths and bytes. */
export function parseContents(body: Uint8Array<ArrayBuffer>, count: number): (Uint8Array<ArrayBuffer> | null)[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const contents: (Uint8Array<ArrayBuffer> | null)[] = [];
  let at = 0;
  while (contents.length < count) {
    if (at + LENGTH > body.byteLength) throw new Problem({ code: 'truncated', message: 'The server sent fewer contents than were asked for.' });
    const length = view.getBigUint64(at);
    at += LENGTH;
    if (length === NONE) {
      contents.push(null);
      continue;
    }
    if (length > BigInt(body.byteLength - at)) throw new Problem({ code: 'truncated', message: 'The server sent fewer bytes than it announced.' });
    contents.push(body.slice(at, at + Number(length)));
    at += Number(length);
  }
  if (at !== body.byteLength) throw new Problem({ code: 'trailing-data', message: 'The server sent more than was asked for.' });
  return contents;
}

async function bytesOf(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new Problem({ code: 'server-unreachable', message: 'The answer broke off.' }, { cause: error });
  }
}
