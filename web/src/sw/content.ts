/**
 * How the service worker gets what it answers with: it holds no keys and no content, and asks
 * the pages whose the address is. Each request has a MessagePort of its own.
 */

/** Addresses below this are answered by a page of ours, through the service worker. */
export const CONTENT_PREFIX = '/content/';

/** From the service worker to every page, with the port. */
export interface ContentAsk {
  kind: 'content';
  id: string;
  /** The `Range` of the request. */
  range: string | null;
}

/** The first answer on the port. */
export type ContentHead =
  | { kind: 'unknown' }
  | { kind: 'head'; name: string; mediaType: string; size: number; /** Null: all of it. */ range: { start: number; end: number } | null }
  | { kind: 'unsatisfiable'; size: number };

/** From the service worker on the port: the next piece, please; or no more. */
export type ContentPull = 'pull' | 'cancel';

/** To the service worker on the port. */
export type ContentPiece = { kind: 'piece'; bytes: ArrayBuffer } | { kind: 'end' } | { kind: 'error' };

/** From a page to the service worker: do not fall asleep while there are addresses; or one is no more. */
export type ContentTell = 'awake' | { revoke: string };
