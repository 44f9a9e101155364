import { Problem } from '../lib/problem';

/** Headers of a refusal that say more than its body. */
export interface RefusalHeaders {
  retryAfter: string | null;
  requestId: string | null;
}

/** What stands for an answer without a readable body, as a proxy may send one. */
const BY_STATUS: Partial<Record<number, string>> = {
  401: 'UNAUTHORIZED',
  402: 'STORAGE_QUOTA_EXCEEDED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  410: 'GONE',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'RATE_LIMITED',
  507: 'STORAGE_FULL',
};

/** The error that a refusal stands for: its own code, or the one of its status. */
export function problemFromBody(status: number, body: string, headers: RefusalHeaders): Problem {
  const error = field(parse(body), 'error');
  const code = field(error, 'code');
  const message = field(error, 'message');
  const details = field(error, 'details');
  const retryAfter = number(field(details, 'retry_after')) ?? number(headers.retryAfter === null ? undefined : Number(headers.retryAfter));
  const available = number(field(details, 'available'));
  const uploads = texts(field(details, 'uploads'));
  return new Problem({
    code: uploads !== undefined ? 'upload-expired' : typeof code === 'string' ? code : (BY_STATUS[status] ?? (status >= 500 ? 'UNAVAILABLE' : 'bad-answer')),
    message: typeof message === 'string' ? message : `HTTP status ${status}`,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(available === undefined ? {} : { available }),
    ...(uploads === undefined ? {} : { uploads }),
    ...(headers.requestId === null ? {} : { requestId: headers.requestId }),
  });
}

/** Whether a refusal only means that the access token ran out. */
export function isTokenExpired(body: string): boolean {
  return field(field(field(parse(body), 'error'), 'details'), 'reason') === 'token_expired';
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((text) => typeof text === 'string') ? value : undefined;
}
