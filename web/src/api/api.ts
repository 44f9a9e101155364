/** `GET /auth/prelogin`. */
export interface Prelogin {
  salt: string;
  /** Null for an account that another program made without saying how it derives. */
  kdf: string | null;
}

/** A sealed account as `GET /user/keys` gives it; only the vault reads more of it. */
export interface AccountKeys {
  salt: string;
  kdf: string;
  user_id: string;
}

export interface SignedIn {
  userId: string;
  email: string;
  storage: StorageNumbers;
  /** Null for an account without a vault. */
  keys: AccountKeys | null;
}

export interface Profile {
  userId: string;
  email: string;
  username: string | null;
  firstName: string | null;
  lastName: string | null;
  role: 'admin' | 'user';
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Sealed, in base64. */
  avatar: string | null;
  storage: StorageNumbers;
}

/** Only what is there changes; `null` empties a field. */
export type ProfileUpdate = Partial<Record<'username' | 'first_name' | 'last_name' | 'avatar', string | null>>;

/** The answer to a recovery phrase that the server accepts. */
export interface RecoveryAnswer {
  token: string;
  /** Whose keys the server says they are. */
  userId: string;
  /** JSON RecoveryStartResponse; only the vault reads more of it. */
  body: string;
}

/** One session of the account. Times are milliseconds since 1970. */
export interface SessionEntry {
  id: string;
  current: boolean;
  client: string | null;
  address: string | null;
  createdAt: number;
  lastUsedAt: number;
  expiresAt: number;
}

export interface StorageNumbers {
  used: number;
  limit: number;
}

/**
 * Every request that the app makes, but for file contents. Bodies that the vault
 * makes go out as it made them, and answers that it checks come back as raw text.
 * All promises reject with a Problem.
 */
export interface Api {
  /** `body`: JSON RegisterRequest. */
  register(body: string): Promise<void>;
  prelogin(email: string): Promise<Prelogin>;
  login(email: string, passwordHash: string): Promise<SignedIn>;
  /** `body`: JSON RecoveryStartRequest. */
  startRecovery(body: string): Promise<RecoveryAnswer>;
  /** `body`: JSON RecoveryFinishRequest. Begins a session. */
  finishRecovery(body: string): Promise<SignedIn>;
  logout(): Promise<void>;
  /** Continues the session that this browser's cookie stands for. */
  resume(): Promise<void>;
  /** A token that is good for another minute. */
  token(): Promise<string>;
  /** Forgets the session in this tab; its cookie stays. */
  forget(): void;
  /** An account was opened without the server: its session is taken up with the first request that arrives. */
  expect(userId: string): void;

  profile(): Promise<Profile>;
  updateProfile(changes: ProfileUpdate): Promise<Profile>;
  sessions(): Promise<SessionEntry[]>;
  endSession(id: string): Promise<void>;
  /** All but this one; resolves with how many ended. */
  endOtherSessions(): Promise<number>;
  storage(): Promise<StorageNumbers>;
  keys(): Promise<AccountKeys>;
  /** `body`: JSON UpdateKeysRequest. */
  updateKeys(body: string): Promise<void>;
  /** `body`: JSON ReplaceRecoveryRequest. */
  replaceRecovery(body: string): Promise<void>;
  /** `body`: JSON ChangePasswordRequest. */
  changePassword(body: string): Promise<void>;

  /** The raw body of one page, and where the next one begins. */
  folderPage(folder: string, cursor: string | null, limit?: number): Promise<{ body: string; next: string | null; head: string }>;
  /** The raw bodies of all pages of heads after a seq. */
  heads(folder: string, after: number, current: number): Promise<string[]>;
  /** The raw body of a page of changes after a cursor; waits for one so many seconds if there is none. */
  changes(cursor: string | null, wait: number, signal: AbortSignal): Promise<string>;
  /** The ids from the top down to an entry, as the server says. */
  filePath(id: string): Promise<string[]>;
  /** `body`: JSON CommitRequest. */
  commit(body: string): Promise<StorageNumbers>;
  /** JSON FileDetails. */
  fileDetails(file: string): Promise<string>;
  /** All versions of the first of these files, in their order; null for one that is not there. Only the vault reads more of them. */
  filesVersions(files: readonly string[]): Promise<{ id: string; versions: unknown[] | null }[]>;
  /** The sealed small picture of a version. */
  thumbnail(file: string, version: string, again: boolean): Promise<Uint8Array>;
  /** A signed address. */
  downloadAddress(file: string, version: string): Promise<string>;
}
