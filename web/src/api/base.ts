/** Where every endpoint lives. */
export const BASE_PATH = '/api/v1';

/** An id that appears in the server's log, so that a failure can be found there. */
export function newRequestId(): string {
  return crypto.randomUUID();
}
