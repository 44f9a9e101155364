/**
 * What the pages may ask of the application core, and what the core tells them.
 * The core (session, files, transfers) implements it; components only consume it
 * through the hooks in `app/hooks.ts`. No component fetches, decrypts or stores.
 */
import type { Entry, EntryEdit, Finding, FolderView, Matches, PathStep, VaultErrorCode, Wanted, Way } from '../crypto/types';

/** An error that a person can be told about: `code` selects the translated words. */
export interface AppError {
  /** A server code (SCREAMING_SNAKE), a vault code, or one of the app's own below. */
  code:
    | VaultErrorCode
    | 'offline'
    | 'server-unreachable'
    | 'session-ended'
    | 'weak-password'
    | 'passwords-differ'
    | 'phrase-mismatch'
    | 'bare-account'
    | 'cancelled'
    /** What was typed is no recovery phrase; `phrase` says why. */
    | 'invalid-phrase'
    /** Recovery took too long, or was completed by another device: begin again with the phrase. */
    | 'recovery-expired'
    /** What was to be undone is not any more as it was left. */
    | 'changed-since'
    /** More than can be held in memory for a preview. */
    | 'too-large'
    /** The browser did not ask for the first byte of a download. */
    | 'not-begun'
    /** The browser could not read a file or a folder. */
    | 'not-readable'
    /** The browser could not note how far an upload is. */
    | 'not-kept'
    /** The browser cannot decode it, or it is a drawing (SVG), which may hold a script. */
    | 'not-an-image'
    | (string & {});
  /** English, for the console and as a last resort; never shown when `code` is known. */
  message: string;
  /** Seconds to wait, for RATE_LIMITED. */
  retryAfter?: number;
  /** Bytes, for STORAGE_QUOTA_EXCEEDED. */
  available?: number;
  /** Uploads of which the server has not all bytes any more. */
  uploads?: readonly string[];
  /** What is wrong with a recovery phrase, for `invalid-phrase`. */
  phrase?: PhraseFault;
  /** The request id, so that an operator can find it in the log. */
  requestId?: string;
}

export type PhraseFault =
  /** Not 24 words. */
  | { kind: 'word-count' }
  /** The word at this place, counted from 1, is not in the list. */
  | { kind: 'unknown-word'; word: number }
  /** All words are in the list, but one is wrong or two are exchanged. */
  | { kind: 'checksum' };

export type Phase =
  /** `error` is set while the server cannot be reached; trying goes on by itself. */
  | { name: 'starting'; error?: AppError }
  /** The browser lacks something: no WebAssembly, no crypto.subtle (plain http on a LAN address), no workers. */
  | { name: 'unsupported'; missing: 'webassembly' | 'subtle-crypto' | 'workers' }
  | { name: 'signed-out'; /** why, when it was not the person's wish */ reason?: 'session-ended' }
  /** A session exists but the keys are not in memory (after a reload, or after locking). */
  | { name: 'locked'; email: string }
  | { name: 'unlocked'; email: string; userId: string; rootId: string };

/** What a long step is doing, so that the page never looks frozen. */
export type Progress = 'deriving' | 'contacting' | 'opening';

export interface StorageUse {
  used: number;
  limit: number;
}

export type FolderState =
  | { status: 'loading' }
  /** Rows may be shown, marked as being checked; nothing may be written yet. */
  | { status: 'checking'; view: FolderView }
  | { status: 'ready'; view: FolderView }
  | { status: 'error'; error: AppError; /** the last good view, if any */ view?: FolderView };

export type TransferStatus =
  | 'queued'
  | 'running'
  /** By the person. */
  | 'paused'
  /** The file has to be chosen again before it goes on; or its permission has to be given again. */
  | 'needs-file'
  /** Sealed and sent; the commit is under way. */
  | 'finishing'
  | 'done'
  | 'failed'
  | 'cancelled';

export interface Transfer {
  id: string;
  direction: 'up' | 'down';
  name: string;
  /** True length in bytes. */
  size: number;
  /** Bytes of `size` done so far. */
  done: number;
  /** Bytes per second over the last few seconds; 0 when not running. */
  speed: number;
  /** Seconds left at that speed, or null when unknown. */
  secondsLeft: number | null;
  status: TransferStatus;
  /** What goes on is the file that it was as far as `done`: nothing of that is sent again. */
  isComparing?: boolean;
  /** Something that the server got wrong was put aside, and is not in what is downloaded. */
  isPartial?: boolean;
  error?: AppError;
  /** For `needs-file`: the browser may be asked whether it may read the file again, or the person has to choose it. */
  wants?: 'permission' | 'file' | undefined;
  /** Why all of it is sent once more: the server had given up what it had, or the file had changed. */
  anew?: 'expired' | 'changed';
  /** It was never begun, and cannot be: `error` says why. `files`: how many are in a folder, and left out with it. */
  leftOut?: { kind: 'file' | 'folder'; files: number };
}

/** A file to upload. */
export interface UploadItem {
  file: File;
  /** Folders below the target, which are made if they are not there. */
  path: readonly string[];
  /** Where the browser finds the file again after a reload. */
  handle?: FileSystemFileHandle;
}

/** What was found among the files to upload. */
export interface UploadRest {
  /** Folders in which there is nothing, by their paths below the target. */
  empty?: readonly (readonly string[])[];
  notRead?: readonly NotRead[];
}

/** What the browser could not read. */
export interface NotRead {
  kind: 'file' | 'folder';
  name: string;
}

/** One version of a file, opened for reading. Everything that it gives was verified. */
export interface OpenContent {
  name: string;
  /** As the uploader's device stated it; may be empty. */
  mediaType: string;
  /** In bytes. */
  size: number;
  version: string;
  /** Bytes [start, end), as far as the file goes. Nothing is fetched before it is asked for. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** All of it, without a type, for previews; rejects with `too-large` above 64 MiB. */
  blob(): Promise<Blob>;
  /** An address for `src` that answers with Range, until this is closed or the vault locked; null where there is no service worker. */
  url(): Promise<string | null>;
  close(): void;
}

/** A finding, and when this device came upon it. */
export interface FoundFinding extends Finding {
  /** Milliseconds since 1970; of this session. */
  since: number;
}

/** How far notes and documents were read for the search. */
export interface TextsRead {
  /**
   * `loading`: what the device had kept is being opened; `reading`; `ready`: all of them were read; `waiting`: until transfers are
   * done; `saving`: the browser is to save data; `full`: there is no room for more on this device.
   */
  status: 'loading' | 'reading' | 'ready' | 'waiting' | 'saving' | 'full';
  /** Files that were read, of how many; what cannot be read counts when that was found out. */
  read: number;
  total: number;
}

export interface AppState {
  phase: Phase;
  /** Set while signing in, unlocking, signing up or changing the password. */
  progress: Progress | null;
  storage: StorageUse | null;
  /** Whose session it is; set while there is one. */
  profile: Profile | null;
  transfers: readonly Transfer[];
  /** `ready`: a newer version of the app is on this device; `applyUpdate` changes to it. */
  update: 'none' | 'ready';
  /** Findings about the account or about any folder seen in this session, newest first. */
  findings: readonly FoundFinding[];
  /** `reading`: not everything has been read yet; `away`: the server cannot be reached. */
  tree: 'reading' | 'ready' | 'away';
  /** Null while the vault is locked. */
  texts: TextsRead | null;
}

/** Sign-up happens in two steps, so that no account exists before its phrase was kept. */
export interface PreparedAccount {
  /** 24 words. */
  phrase: readonly string[];
  /** Registers and signs in. On an error (email taken, rate limit) nothing is lost: call again, with another email if need be. */
  complete(email: string): Promise<void>;
  discard(): void;
}

/** What the account says about its person. */
export interface Profile {
  userId: string;
  email: string;
  username: string | null;
  firstName: string | null;
  lastName: string | null;
  role: 'admin' | 'user';
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Opened on this device; null while locked, without one, and when what the server has is no picture that was sealed here. */
  avatar: Blob | null;
}

/** One session of the account: a browser or a program that is signed in. */
export interface SessionInfo {
  id: string;
  /** Whether it is this browser's own. */
  current: boolean;
  /** The user agent; whoever signed in chose it. */
  client: string | null;
  /** The network address, unless the operator keeps none. */
  address: string | null;
  /** Milliseconds since 1970, as are the next two. */
  createdAt: number;
  /** Within the hour of its last request. */
  lastUsedAt: number;
  expiresAt: number;
}

/** What a person may change about the profile; `null` empties a field, `undefined` leaves it. */
export interface ProfileChanges {
  username?: string | null;
  firstName?: string | null;
  lastName?: string | null;
}

/** An account opened with its phrase. Nothing has changed on the server yet. */
export interface StartedRecovery {
  /**
   * Sets the new password, ends all other sessions, and leaves the app unlocked. On an error nothing is lost: call
   * again, best with the same password; after `recovery-expired` begin again with the phrase.
   */
  complete(newPassword: string): Promise<void>;
  discard(): void;
}

/** Two counters of the same record: what this device has seen, and what the server shows. */
export interface Behind {
  seen: number;
  served: number;
}

/** An account that is older than what this device has seen of it, opened with the password of then. Nothing has changed yet. */
export interface OlderAccount {
  /** The password of then is in force again, and perhaps the recovery phrase: it takes a new password to accept that. */
  state: Behind | null;
  /** What the account's devices had seen. */
  pins: Behind | null;
  /** Leaves the app unlocked. `newPassword` counts only with a `state`. */
  accept(newPassword: string | null): Promise<void>;
  discard(): void;
}

/** A new phrase; the old one is valid until `complete`. */
export interface PreparedPhrase {
  /** 24 words. */
  phrase: readonly string[];
  /** On an error call again. */
  complete(): Promise<void>;
  discard(): void;
}

/** One version of a file, as it was sealed. */
export interface VersionInfo {
  id: string;
  /** True length in bytes. */
  size: number;
  /** When it was made; milliseconds since 1970. */
  time: number;
  current: boolean;
}

/** All promises reject with an `AppError`. */
export interface App {
  getState(): AppState;
  subscribe(listener: () => void): () => void;

  prepareAccount(password: string): Promise<PreparedAccount>;
  /** `keep`: what `setKeepUnlocked` would be told right after it; without it that stays as it was. */
  signIn(email: string, password: string, keep?: boolean): Promise<void>;
  unlock(password: string, keep?: boolean): Promise<void>;
  /** After `account-rolled-back`: opens the older account for the person to accept. */
  openOlder(email: string, password: string): Promise<OlderAccount>;
  /** Forgets the keys; the session stays. */
  lock(): Promise<void>;
  signOut(): Promise<void>;
  changePassword(current: string, next: string): Promise<void>;

  /** All sessions that have not ended, the most recently used first. */
  sessions(): Promise<SessionInfo[]>;
  endSession(id: string): Promise<void>;
  /** Ends all but this one; resolves with how many there were. */
  endOtherSessions(): Promise<number>;
  updateProfile(changes: ProfileChanges): Promise<void>;
  /** Any image that the browser can decode; it is cut to a square of 256 px and sealed on the device. Rejects with `not-an-image`. */
  setAvatar(image: Blob | null): Promise<void>;

  /** Proves the phrase and opens the account with it. Rejects with `invalid-phrase`, `INVALID_CREDENTIALS`, `account-tampered`, … */
  startRecovery(email: string, phrase: string): Promise<StartedRecovery>;
  /** Checks the current password and makes a new phrase. Rejects with `wrong-password`. */
  preparePhrase(password: string): Promise<PreparedPhrase>;

  /** Whether this device unlocks without the password until it is locked or signed out; while locked, whether it will again; null when this browser cannot. */
  keepUnlocked(): Promise<boolean | null>;
  /** Only while unlocked. */
  setKeepUnlocked(on: boolean): Promise<void>;
  /** Whether this device keeps what it takes to open the account, with its password, while the server cannot be reached. */
  keepOffline(): boolean;
  /** Only while unlocked. */
  setKeepOffline(on: boolean): Promise<void>;

  /**
   * Minutes without activity in any tab after which the vault locks itself; null: never. Where nobody chose it is never
   * on a device that is kept unlocked, so that it changes with `setKeepUnlocked`. Kept on this device.
   */
  autoLock(): number | null;
  setAutoLock(minutes: number | null): void;

  /** Loads the page again with the newer version. Asks first, as leaving does, while transfers run. */
  applyUpdate(): void;

  /** The current state of a folder. */
  getFolder(id: string): FolderState;
  /** Hears of changes of a folder until the returned function is called; fetches it if it is not known yet. */
  watchFolder(id: string, listener: () => void): () => void;
  /** Fetches and checks a folder again. */
  refreshFolder(id: string): Promise<void>;
  /** Grows with every change of the tree; `watchTree` tells of them. */
  treeVersion(): number;
  watchTree(listener: () => void): () => void;
  /** A file or folder as it was verified; null when it is not known. */
  entry(node: string): Promise<Entry | null>;
  /** From the root (whose name is empty) to the node itself; null when it hangs nowhere. */
  path(node: string): Promise<readonly PathStep[] | null>;
  /** What was put into the trash, wherever it was. */
  trashed(): Promise<readonly Entry[]>;
  /** What is starred, wherever it is. */
  starred(): Promise<readonly Entry[]>;
  /** The files that were changed last, newest first. */
  recent(most: number): Promise<readonly Entry[]>;

  /** Resolves with the new folder's id; a name that is taken gets a number. */
  createFolder(parent: string, name: string): Promise<string>;
  rename(node: string, name: string): Promise<void>;
  edit(nodes: readonly string[], edit: EntryEdit): Promise<void>;
  /** Rejects with `into-itself` for a folder that would be below itself. Names that are taken get a number. */
  move(nodes: readonly string[], to: string): Promise<void>;
  /** Copies files and whole folders; nothing is uploaded again. Names that are taken get a number. What was copied before it was stopped stays. `isWhole` is false when something that was put aside is not in the copy. */
  copy(nodes: readonly string[], to: string, options?: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void }): Promise<{ isWhole: boolean }>;
  trash(nodes: readonly string[]): Promise<void>;
  restore(nodes: readonly string[]): Promise<void>;
  purge(nodes: readonly string[]): Promise<void>;

  /** All versions of a file, newest first. */
  versions(node: string): Promise<readonly VersionInfo[]>;
  /** Makes an older version the file's content again. */
  restoreVersion(node: string, version: string): Promise<void>;
  /** For good; not the current one. */
  deleteVersions(node: string, versions: readonly string[]): Promise<void>;
  /** A text of up to 5 MiB. Rejects with `not-text`, `too-large`. */
  readText(node: string): Promise<{ text: string; version: string }>;
  /** A new version on top of `base`; rejects with `changed-since` when another one is current by now. */
  saveText(node: string, text: string, base: string): Promise<{ version: string }>;
  /** A new Markdown file; resolves with its id. */
  createText(folder: string, name: string, text: string): Promise<string>;
  /** A small picture of a file's content; null where there is none. */
  thumbnail(node: string): Promise<Blob | null>;

  /** What is found in the whole tree, best first. */
  search(wanted: Wanted): Promise<Matches>;
  /** What stands around these words in the text of these files, by their ids: every other string is what was found. Files without are left out. */
  excerpts(nodes: readonly string[], words: string): Promise<ReadonlyMap<string, readonly string[]>>;

  /** The ways out of a finding, besides leaving what it concerns where it is. */
  ways(finding: Finding): Promise<readonly Way[]>;
  /** Rejects with `no-such-entry`, and forgets the finding, when the server shows it right again. */
  resolve(finding: Finding, way: Way): Promise<void>;
  /** What two devices compare: the same on both unless the server shows them different histories. Resolves once everything was read. */
  fingerprint(): Promise<string>;

  /** What cannot go up is listed among the transfers, and keeps nothing else from going. */
  upload(folder: string, items: readonly (File | UploadItem)[], rest?: UploadRest): void;
  /** What becomes a new version of a file, whatever it is called. */
  uploadVersion(entry: Entry, item: Omit<UploadItem, 'path'>): void;
  /** One file as it is; a folder, or several entries, as one zip that is made on this device. */
  download(folder: string, nodes: readonly Entry[]): void;
  /** Opens a file of a folder that was looked at. Rejects with an `AppError`. */
  openContent(node: string, version?: string): Promise<OpenContent>;
  /** Whether downloads of any size go straight to the disk. */
  streamsToDisk(): boolean;
  pauseTransfer(id: string): void;
  /** Goes on with what was paused; with a file chosen again, or asking for the permission to read it, for `needs-file`. */
  resumeTransfer(id: string, chosen?: Omit<UploadItem, 'path'>): void;
  cancelTransfer(id: string): void;
  retryTransfer(id: string): void;
  /** Removes one that is over from the list. */
  dismissTransfer(id: string): void;
  /** Everything that is not over. */
  cancelTransfers(): void;
  /** Everything that failed. */
  retryTransfers(): void;
  /** Removes finished, failed and cancelled transfers from the list. */
  clearTransfers(): void;
}
