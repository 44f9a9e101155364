import { inTransactionOf, openDatabase, settled } from '../../lib/indexedDb';

/**
 * Sealed pieces of what the vault keeps on this device, by account. The device
 * cannot read them; whoever reads them checks them.
 */
export type Piece = readonly [name: string, bytes: Uint8Array | null];

const NAME = 'strongroom-cache';
const PIECES = 'pieces';

/** All pieces of an account. */
export async function readPieces(userId: string): Promise<[name: string, bytes: Uint8Array][]> {
  return inPieces('readonly', async (store) => {
    const all = allOf(userId);
    const [keys, values] = await Promise.all([settled(store.getAllKeys(all)), settled(store.getAll(all) as IDBRequest<Uint8Array[]>)]);
    return keys.map((key, at) => [(key as string[])[1] ?? '', values[at] ?? new Uint8Array()]);
  });
}

/** The names of all pieces of an account. */
export async function namesOfPieces(userId: string): Promise<string[]> {
  const keys = await inPieces('readonly', (store) => settled(store.getAllKeys(allOf(userId))));
  return keys.map((key) => (key as string[])[1] ?? '');
}

/** The pieces with these names, as far as they are there. */
export async function readSomePieces(userId: string, names: readonly string[]): Promise<[name: string, bytes: Uint8Array][]> {
  return inPieces('readonly', async (store) => {
    const values = await Promise.all(names.map((name) => settled(store.get([userId, name]) as IDBRequest<Uint8Array | undefined>)));
    return names.flatMap((name, at): [string, Uint8Array][] => {
      const bytes = values[at];
      return bytes === undefined ? [] : [[name, bytes]];
    });
  });
}

/** Writes pieces, and deletes those that are null; all of them or none. */
export async function writePieces(userId: string, pieces: readonly Piece[]): Promise<void> {
  await inPieces('readwrite', (store) => {
    for (const [name, bytes] of pieces) {
      if (bytes === null) store.delete([userId, name]);
      else store.put(bytes, [userId, name]);
    }
  });
}

/** Everything of every account: a browser has one session. */
export async function clearPieces(): Promise<void> {
  await inPieces('readwrite', (store) => {
    store.clear();
  });
}

function allOf(userId: string): IDBKeyRange {
  return IDBKeyRange.bound([userId], [userId, []]);
}

function inPieces<Result>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<Result> | Result): Promise<Result> {
  return inTransactionOf(open, PIECES, mode, (transaction) => work(transaction.objectStore(PIECES)));
}

function open(): Promise<IDBDatabase> {
  return openDatabase(NAME, 1, (database) => {
    database.createObjectStore(PIECES);
  });
}
