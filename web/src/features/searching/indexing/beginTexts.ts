import type { OpenContent, TextsRead } from '../../../app/contract';
import type { RunningKeeper } from '../../../crypto/keeper';
import type { Entry } from '../../../crypto/types';
import type { Tree } from '../../tree/tree';
import { isRead } from './isRead';
import { ZipFiles, type FilesEnvironment } from '../../transfers/zipFiles';
import { TextIndexer, type Readable } from './textIndexer';
import { textsStore } from './textsStore';

/** One window of this device at a time. */
const LOCK = 'strongroom-texts';
/** Milliseconds after which it is read although the browser is never idle. */
const PATIENCE = 10_000;

export interface Beginning {
  keeper: RunningKeeper['remote'];
  userId: string;
  tree: Pick<Tree, 'subscribe'>;
  open: (node: string) => Promise<OpenContent>;
  files: FilesEnvironment;
  /** Resolves once the vault has what the device kept of the tree. */
  loaded: Promise<unknown>;
  /** Resolves once the whole tree was read. */
  complete: Promise<unknown>;
  /** Whether there are transfers. */
  isBusy: () => boolean;
  show: (state: TextsRead) => void;
}

/** Begins to read notes and documents for the search. */
export function beginTexts({ keeper, userId, tree, open, files, loaded, complete, isBusy, show }: Beginning): TextIndexer {
  const indexer = new TextIndexer({
    keeper,
    store: textsStore(userId),
    open,
    openTogether: (entries, signal) => {
      const contents = new ZipFiles(files, entries, signal);
      return entries.map((entry, index) => () => inMemory(entry, contents.of(index)));
    },
    canRead: isRead,
    // With its readers it is much more than what begins the page.
    extract: async (entry: Entry, content, signal) => (await import('./extractText')).extractText(entry, content, signal),
    words: async (entry: Entry, text) => (await import('./extractText')).writtenText(entry, text),
    alone: async (work, signal) => {
      await navigator.locks.request(LOCK, { signal }, work);
    },
    busy: () => (savesData() ? 'saving' : isBusy() ? 'waiting' : null),
    idle,
    show,
  });
  tree.subscribe(() => indexer.touched());
  void indexer.run(loaded, complete);
  return indexer;
}

async function inMemory({ version, size }: Entry, pieces: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Readable> {
  const all: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of pieces) all.push(piece);
  const bytes = new Uint8Array(await new Blob(all).arrayBuffer());
  return { version: version ?? '', size, read: (start, end) => Promise.resolve(bytes.slice(start, end)), close: () => undefined };
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(), { timeout: PATIENCE });
    // Safari has no other way.
    else setTimeout(resolve, 200);
  });
}

/** Whether the person has asked the browser to spare data. */
function savesData(): boolean {
  const connection: unknown = Reflect.get(navigator, 'connection');
  return typeof connection === 'object' && connection !== null && Reflect.get(connection, 'saveData') === true;
}
