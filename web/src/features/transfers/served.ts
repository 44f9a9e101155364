import { CONTENT_PREFIX, type ContentAsk, type ContentHead, type ContentTell } from '../../sw/content';

/** How often the service worker is kept from sleeping while there are addresses. */
const AWAKE = 10_000;

/** Something that an address stands for. */
export interface Servable {
  name: string;
  mediaType: string;
  size: number;
  /** Hands bytes [start, end) to the port, which is its own from here on. */
  feed(port: MessagePort, start: number, end: number): void;
}

export interface Offer {
  url: string;
  /** Nothing is answered any more, and what is being answered fails. */
  revoke(): void;
}

/**
 * The addresses that the service worker answers with what this page hands to it.
 * They cannot be guessed, and they end with the page, or when the vault is locked.
 */
export class ServedContents {
  readonly #container: ServiceWorkerContainer | undefined;
  readonly #offers = new Map<string, Servable>();
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(container: ServiceWorkerContainer | undefined) {
    this.#container = container;
    container?.addEventListener('message', (event: MessageEvent<ContentAsk>) => this.#answer(event));
    container?.startMessages();
    // Half a file must not be taken for a whole one when the page goes.
    globalThis.addEventListener('pagehide', () => this.end());
  }

  /** False in the first moments, in private windows of some browsers, and after a forced reload. */
  get isAvailable(): boolean {
    return (this.#container?.controller ?? null) !== null;
  }

  offer(content: Servable): Offer {
    const id = Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, '0')).join('');
    this.#offers.set(id, content);
    this.#timer ??= setInterval(() => this.#tell('awake'), AWAKE);
    return { url: CONTENT_PREFIX + id, revoke: () => this.#revoke(id) };
  }

  /** The vault was locked. */
  end(): void {
    for (const id of [...this.#offers.keys()]) this.#revoke(id);
  }

  #revoke(id: string): void {
    if (!this.#offers.delete(id)) return;
    this.#tell({ revoke: id });
    if (this.#offers.size === 0 && this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
  }

  #tell(what: ContentTell): void {
    this.#container?.controller?.postMessage(what);
  }

  #answer({ data, ports: [port] }: MessageEvent<ContentAsk>): void {
    if (port === undefined) return;
    const content = this.#offers.get(data.id);
    const send = (head: ContentHead): void => port.postMessage(head);
    if (content === undefined) {
      send({ kind: 'unknown' });
      port.close();
      return;
    }
    const { name, mediaType, size } = content;
    const range = parseRange(data.range, size);
    if (range === 'unsatisfiable') {
      send({ kind: 'unsatisfiable', size });
      port.close();
      return;
    }
    send({ kind: 'head', name, mediaType, size, range });
    const { start, end } = range ?? { start: 0, end: size };
    content.feed(port, start, end);
  }
}

/** One range of bytes, end excluded; null for all of it, as for everything that is no such range (RFC 9110, 14.2). */
export function parseRange(header: string | null, size: number): { start: number; end: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (match === null) return null;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return null;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size : Math.min(size, Number(to) + 1);
  if (from !== '' && to !== '' && Number(to) < start) return null;
  return start < end ? { start, end } : 'unsatisfiable';
}
