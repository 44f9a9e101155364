import { Problem } from '../lib/problem';
import { BASE_PATH, newRequestId } from './base';
import { problemFromBody } from './envelope';

/** Of bodies with many small uploads or contents. */
export const BATCH_TYPE = 'application/vnd.strongroom.batch';

interface BatchRequest {
  method: 'POST';
  headers: Readonly<Record<string, string>>;
  body: BodyInit;
  signal?: AbortSignal;
}

/** Sends a request outside the described API client; every refusal becomes a Problem. */
export async function batchRequest(path: string, { method, headers, body, signal }: BatchRequest): Promise<Response> {
  const init: RequestInit = { method, headers: { ...headers, 'X-Request-Id': newRequestId() }, body, signal: signal ?? null };
  const response = await fetch(`${self.location.origin}${BASE_PATH}${path}`, init).catch((cause: unknown) => {
    if (signal?.aborted === true) throw cause;
    throw new Problem({ code: navigator.onLine ? 'server-unreachable' : 'offline', message: 'The server could not be reached.' }, { cause });
  });
  if (response.ok) return response;
  const told = await response.text().catch(() => '');
  throw problemFromBody(response.status, told, { retryAfter: response.headers.get('Retry-After'), requestId: response.headers.get('X-Request-Id') });
}
