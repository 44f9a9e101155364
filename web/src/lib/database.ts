import { inTransactionOf, openDatabase, settled } from './indexedDb';

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

/**
 * What keeps an account unlocked on this device: a key that no script can read, and
 * what it wraps. Without them only the person's wish is remembered.
 */
export interface KeptRecord {
  userId: string;
  secret: { key: CryptoKey; kept: Uint8Array<ArrayBuffer> } | null;
}

/** An upload under way, so that it goes on after a reload. */
export interface UploadRecord {
  /** The version that it becomes. */
  id: string;
  userId: string;
  /** Sealed under the account key. */
  sealed: Uint8Array<ArrayBuffer>;
  /** Where the browser finds the file again, if it can. */
  handle?: FileSystemFileHandle;
}

/** What it takes, with the password, to open the account without the server: its keys, sealed as they lie there. */
export interface OfflineRecord {
  userId: string;
  email: string;
  /** JSON, as `GET /user/keys` gave it. */
  keys: string;
}

const NAME = 'strongroom';
const VERSION = 4;
const ACCOUNTS = 'accounts';
const KEPT = 'kept';
const OFFLINE = 'offline';
const UPLOADS = 'uploads';

export async function findByUser(userId: string): Promise<DeviceRecord | undefined> {
  return withStore(ACCOUNTS, 'readonly', (store) => store.get(userId) as IDBRequest<DeviceRecord | undefined>);
}

export async function findByEmail(email: string): Promise<DeviceRecord | undefined> {
  return withStore(ACCOUNTS, 'readonly', (store) => store.index('email').get(normaliseEmail(email)) as IDBRequest<DeviceRecord | undefined>);
}

export async function save(record: DeviceRecord): Promise<void> {
  await withStore(ACCOUNTS, 'readwrite', (store) => store.put({ ...record, email: normaliseEmail(record.email) }));
}

export async function findKept(userId: string): Promise<KeptRecord | undefined> {
  return withStore(KEPT, 'readonly', (store) => store.get(userId) as IDBRequest<KeptRecord | undefined>);
}

/** In the place of whatever was kept: a browser has one session. */
export async function saveKept(record: KeptRecord): Promise<void> {
  await withStore(KEPT, 'readwrite', (store) => {
    store.clear();
    return store.put(record);
  });
}

export async function clearKept(): Promise<void> {
  await withStore(KEPT, 'readwrite', (store) => store.clear());
}

/** Of whoever was signed in last: a browser has one session. */
export async function findOffline(): Promise<OfflineRecord | undefined> {
  return (await withStore(OFFLINE, 'readonly', (store) => store.getAll() as IDBRequest<OfflineRecord[]>))[0];
}

export async function saveOffline(record: OfflineRecord): Promise<void> {
  await withStore(OFFLINE, 'readwrite', (store) => {
    store.clear();
    return store.put(record);
  });
}

export async function clearOffline(): Promise<void> {
  await withStore(OFFLINE, 'readwrite', (store) => store.clear());
}

export async function saveUpload(record: UploadRecord): Promise<void> {
  await withStore(UPLOADS, 'readwrite', (store) => store.put(record));
}

export async function uploadsOf(userId: string): Promise<UploadRecord[]> {
  const all = await withStore(UPLOADS, 'readonly', (store) => store.getAll() as IDBRequest<UploadRecord[]>);
  return all.filter((record) => record.userId === userId);
}

export async function removeUpload(id: string): Promise<void> {
  await withStore(UPLOADS, 'readwrite', (store) => store.delete(id));
}

/** As the server normalises it. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}

function withStore<Result>(name: string, mode: IDBTransactionMode, request: (store: IDBObjectStore) => IDBRequest<Result>): Promise<Result> {
  return inTransactionOf(open, name, mode, (transaction) => settled(request(transaction.objectStore(name))));
}

function open(): Promise<IDBDatabase> {
  return openDatabase(NAME, VERSION, (database, from) => {
    if (from < 1) database.createObjectStore(ACCOUNTS, { keyPath: 'userId' }).createIndex('email', 'email');
    if (from < 2) database.createObjectStore(KEPT, { keyPath: 'userId' });
    if (from < 3) database.createObjectStore(UPLOADS, { keyPath: 'id' });
    if (from < 4) database.createObjectStore(OFFLINE, { keyPath: 'userId' });
  });
}
