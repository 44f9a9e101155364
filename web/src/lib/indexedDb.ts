/** What IndexedDB asks for, as promises. */

/** Opens a database; `upgrade` makes its stores, from the version that is there. */
export function openDatabase(name: string, version: number, upgrade: (database: IDBDatabase, from: number) => void): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = ({ oldVersion }) => upgrade(request.result, oldVersion);
  return settled(request);
}

/** All of the work or none of it; resolves once it is stored. */
export async function inTransaction<Result>(
  database: IDBDatabase,
  stores: string | string[],
  mode: IDBTransactionMode,
  work: (transaction: IDBTransaction) => Promise<Result> | Result,
): Promise<Result> {
  const transaction = database.transaction(stores, mode);
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new DOMException('aborted', 'AbortError'));
  });
  const [worked] = await Promise.all([work(transaction), done]);
  return worked;
}

/** The same in a database that is opened for it, and closed again. */
export async function inTransactionOf<Result>(
  open: () => Promise<IDBDatabase>,
  stores: string | string[],
  mode: IDBTransactionMode,
  work: (transaction: IDBTransaction) => Promise<Result> | Result,
): Promise<Result> {
  const database = await open();
  try {
    return await inTransaction(database, stores, mode, work);
  } finally {
    database.close();
  }
}

export function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException('failed', 'UnknownError'));
  });
}
