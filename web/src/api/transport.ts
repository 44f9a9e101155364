import { Problem } from '../lib/problem';
import { newRequestId } from './base';
import { isTokenExpired } from './envelope';
import type { Tokens } from './tokens';

/** How long an answer to a small request may take. */
const TIMEOUT = 60_000;

/**
 * Sends a request as it is; a server that cannot be reached becomes a Problem. Answers are not taken
 * from the browser's store unless a request says so: one wrong answer must not come again and again.
 */
export async function send(request: Request): Promise<Response> {
  request.headers.set('X-Request-Id', newRequestId());
  try {
    const cache = request.cache === 'default' ? 'no-store' : request.cache;
    return await fetch(request, { cache, signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT)]) });
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new Problem({ code: navigator.onLine ? 'server-unreachable' : 'offline', message: 'The server could not be reached.' }, { cause: error });
  }
}

/**
 * Sends requests with the access token, and once more with a new one if that was not accepted: it
 * had expired, or another tab has begun a new session of this account, whose cookie is here.
 */
export function authorised(tokens: Tokens, onEnded: () => void): (request: Request) => Promise<Response> {
  return async (request) => {
    const token = await tokens.current();
    if (token === null) return send(request);
    const again = request.clone();
    const response = await send(withToken(request, token));
    if (!(await isNotAccepted(response))) return response;
    const repeated = await send(withToken(again, await tokens.replace(token)));
    if (!(await isNotAccepted(repeated)) || isTokenExpired(await repeated.clone().text())) return repeated;
    tokens.clear();
    onEnded();
    throw new Problem({ code: 'session-ended', message: 'The session has ended.' });
  };
}

/** INVALID_CREDENTIALS is about a password that was typed; UNAUTHORIZED is about the token. */
async function isNotAccepted(response: Response): Promise<boolean> {
  return response.status === 401 && (await response.clone().text()).includes('"UNAUTHORIZED"');
}

function withToken(request: Request, token: string): Request {
  request.headers.set('Authorization', `Bearer ${token}`);
  return request;
}
