/**
 * What this device remembers of an account between visits: its pins. They are
 * not secret (counters and hashes), but with them the device notices when the
 * server shows something older than it has shown before.
 */
export interface DeviceRecord {
  userId: string;
  /** Trimmed and lower-cased. */
  email: string;
  pins: Uint8Array<ArrayBuffer>;
}

const NAME = 'strongroom';
const STORE = 'accounts';

export async function findByUser(userId: string): Promise<DeviceRecord | undefined> {
  return withStore('readonly', (store) => store.get(userId) as IDBRequest<DeviceRecord | undefined>);
}

export async function findByEmail(email: string): Promise<DeviceRecord | undefined> {
  return withStore('readonly', (store) => store.index('email').get(normaliseEmail(email)) as IDBRequest<DeviceRecord | undefined>);
}

export async function save(record: DeviceRecord): Promise<void> {
  await withStore('readwrite', (store) => store.put({ ...record, email: normaliseEmail(record.email) }));
}

/** As the server normalises it. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}

async function withStore<Result>(mode: IDBTransactionMode, request: (store: IDBObjectStore) => IDBRequest<Result>): Promise<Result> {
  const database = await open();
  try {
    return await new Promise<Result>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const pending = request(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(pending.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new DOMException('aborted', 'AbortError'));
    });
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { keyPath: 'userId' }).createIndex('email', 'email');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException('cannot open', 'UnknownError'));
  });
}
