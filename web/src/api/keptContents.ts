import { inTransaction, openDatabase, settled } from '../lib/indexedDb';

/**
 * Contents that were opened on this device, sealed as the server has them, so that
 * they open again without it. Nobody can read them here but who has the keys; what
 * was changed here is found out like what the server changed. The ones used longest
 * ago go first.
 */

const NAME = 'strongroom-contents';
const [BLOCKS, VERSIONS, DETAILS] = ['blocks', 'versions', 'details'];
/** Bytes of all blocks together. */
const MOST = 256 * 1024 * 1024;
/** Bytes of one version: films would drive out everything else. */
export const MOST_OF_ONE = 64 * 1024 * 1024;
/** Files whose description is kept. */
const MOST_DETAILS = 5000;

interface KeptVersion {
  version: string;
  /** Milliseconds since 1970. */
  used: number;
  bytes: number;
}

interface KeptDetails {
  node: string;
  used: number;
  /** JSON, as the server said it. */
  details: string;
}

let connection: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  connection ??= openDatabase(NAME, 1, (made) => {
    made.createObjectStore(BLOCKS);
    made.createObjectStore(VERSIONS, { keyPath: 'version' });
    made.createObjectStore(DETAILS, { keyPath: 'node' });
  }).then((opened) => {
    opened.onversionchange = opened.onclose = () => {
      opened.close();
      connection = null;
    };
    return opened;
  });
  connection.catch(() => {
    connection = null;
  });
  return connection;
}

export async function keptBlock(version: string, block: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return inTransaction(await database(), BLOCKS, 'readonly', (transaction) => settled(transaction.objectStore(BLOCKS).get([version, block]) as IDBRequest<Uint8Array<ArrayBuffer> | undefined>));
}

/** Stores a block, and drops what was used longest ago if there is too much. */
export async function keepBlock(version: string, block: number, bytes: Uint8Array, now: number, most = MOST): Promise<void> {
  await inTransaction(await database(), [BLOCKS, VERSIONS], 'readwrite', async (transaction) => {
    const [blocks, versions] = [transaction.objectStore(BLOCKS), transaction.objectStore(VERSIONS)];
    const key = [version, block];
    const [before, known] = await Promise.all([
      settled(blocks.getKey(key)),
      settled(versions.get(version) as IDBRequest<KeptVersion | undefined>),
    ]);
    blocks.put(bytes, key);
    const added = before === undefined ? bytes.byteLength : 0;
    versions.put({ version, used: now, bytes: (known?.bytes ?? 0) + added } satisfies KeptVersion);
    const all = await settled(versions.getAll() as IDBRequest<KeptVersion[]>);
    let total = all.reduce((sum, { bytes: kept }) => sum + kept, 0);
    for (const oldest of all.sort((a, b) => a.used - b.used)) {
      if (total <= most) break;
      if (oldest.version === version) continue;
      versions.delete(oldest.version);
      blocks.delete(IDBKeyRange.bound([oldest.version], [oldest.version, []]));
      total -= oldest.bytes;
    }
  });
}

/** Nothing of this version is kept any more. */
export async function dropKept(version: string): Promise<void> {
  await inTransaction(await database(), [BLOCKS, VERSIONS], 'readwrite', (transaction) => {
    transaction.objectStore(VERSIONS).delete(version);
    transaction.objectStore(BLOCKS).delete(IDBKeyRange.bound([version], [version, []]));
  });
}

export async function keptDetails(node: string): Promise<string | undefined> {
  const found = await inTransaction(await database(), DETAILS, 'readonly', (transaction) => settled(transaction.objectStore(DETAILS).get(node) as IDBRequest<KeptDetails | undefined>));
  return found?.details;
}

export async function keepDetails(node: string, details: string, now: number, most = MOST_DETAILS): Promise<void> {
  await inTransaction(await database(), DETAILS, 'readwrite', async (transaction) => {
    const store = transaction.objectStore(DETAILS);
    store.put({ node, used: now, details } satisfies KeptDetails);
    if ((await settled(store.count())) <= most) return;
    const all = await settled(store.getAll() as IDBRequest<KeptDetails[]>);
    for (const oldest of all.sort((a, b) => a.used - b.used).slice(0, all.length - most)) store.delete(oldest.node);
  });
}

/** Everything of every account: a browser has one session. */
export async function clearKeptContents(): Promise<void> {
  const stores = [BLOCKS, VERSIONS, DETAILS] as string[];
  await inTransaction(await database(), stores, 'readwrite', (transaction) => {
    for (const store of stores) transaction.objectStore(store).clear();
  });
}
