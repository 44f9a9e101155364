/// <reference lib="webworker" />
import { Batch, Credentials, NewAccount, OlderAccount, Recovery, Vault, type DownloadPlan, type NewPhrase, type UploadPlan } from '../../pkg/strongroom_wasm.js';
import { Mutex } from '../lib/mutex';
import { Problem } from '../lib/problem';
import type { OlderAccount as Opened } from '../app/contract';
import type { Entry, EntryEdit, Matches, PathStep, Unread, Wanted, Way } from './types';
import { loadModule } from './module';
import { connect } from './rpc';

/**
 * Holds the account's and the nodes' keys, in WASM memory, and nothing else:
 * every function here is one step of the vault. No key leaves this thread; the
 * content key of one file version does, as a CryptoKey that cannot be exported.
 * Locking ends the thread.
 */
const oneByOne = new Mutex();

let account: NewAccount | undefined;
let credentials: Credentials | undefined;
let vault: Vault | undefined;
let recovery: Recovery | undefined;
/** Opened with the phrase; the account's vault only once it has a new password. */
let recovered: Vault | undefined;
let phrase: NewPhrase | undefined;
/** Older than what this device has seen; the account's vault only once that is accepted. */
let older: OlderAccount | undefined;
const uploads = new Map<number, UploadPlan>();
const batches = new Map<number, Batch>();
const downloads = new Map<number, DownloadPlan>();
let nextPlan = 1;

function there<Handle>(handle: Handle | undefined, what: string): Handle {
  if (handle === undefined) throw new Problem({ code: 'internal', message: `there is no ${what}` });
  return handle;
}

function keep(derived: Credentials): Credentials {
  credentials?.free();
  credentials = derived;
  return derived;
}

function opened(next: Vault): OpenedVault {
  vault?.free();
  vault = next;
  return { userId: next.userId(), rootId: next.rootId() };
}

/** The key that a device wraps the account key with, from one of its own that no script can read. */
async function keptKek(device: CryptoKey): Promise<Uint8Array> {
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', device, Vault.keptLabel() as Uint8Array<ArrayBuffer>));
  const kek = bytes.slice(0, 32);
  bytes.fill(0);
  return kek;
}

/** Keeps a plan for later calls. */
async function planned(plan: UploadPlan, thumbnail?: Uint8Array): Promise<PlannedUpload> {
  const id = nextPlan++;
  uploads.set(id, plan);
  if (thumbnail !== undefined) plan.addThumbnail(thumbnail);
  const { node, version, size, contentLength, totalLength } = plan;
  return {
    plan: id,
    node,
    version,
    size,
    contentLength,
    totalLength,
    header: plan.header(),
    nonce: plan.nonce(),
    known: plan.knownHashes(),
    key: await plan.contentKey(),
  };
}

const keeper = {
  createAccount(password: string, now: number): string {
    account?.free();
    account = NewAccount.create(password, now);
    return account.phrase();
  },
  accountRequest: (email: string): string => there(account, 'new account').request(email),
  accountPasswordHash: (): string => there(account, 'new account').passwordHash(),
  openAccount(): OpenedVault {
    const created = there(account, 'new account');
    account = undefined;
    return opened(created.intoVault());
  },
  discardAccount(): void {
    account?.free();
    account = undefined;
  },

  derive: (password: string, salt: string, kdf: string, pins?: Uint8Array): string => keep(Credentials.derive(password, salt, kdf, pins)).passwordHash(),
  /** `proved`: the server has just accepted the password. */
  unlock: (keys: string, pins: Uint8Array | undefined, proved: boolean): OpenedVault => opened(Vault.unlock(there(credentials, 'password'), keys, pins, proved)),
  changePassword: (next: string): string => there(vault, 'vault').changePassword(there(credentials, 'password'), next),
  /** Whether the last change is the account's, although its answer was lost. */
  hasNewPassword: (): boolean => there(vault, 'vault').hasNewPassword(),
  passwordChanged: (): void => there(vault, 'vault').passwordChanged(),
  forgetCredentials(): void {
    credentials?.free();
    credentials = undefined;
  },

  /** Opens what `unlock` refused as `account-rolled-back`, with the password of then. */
  openOlder(keys: string, pins: Uint8Array): Pick<Opened, 'state' | 'pins'> {
    older?.free();
    older = OlderAccount.open(there(credentials, 'password'), keys, pins);
    return JSON.parse(older.difference()) as Pick<Opened, 'state' | 'pins'>;
  },
  changeOlderPassword: (next: string): string => there(older, 'older account').changePassword(there(credentials, 'password'), next),
  olderPasswordChanged: (): void => there(older, 'older account').passwordChanged(),
  acceptOlder: (): string => there(older, 'older account').sealedPins(),
  /** The server has taken what `acceptOlder` made. */
  olderAccepted(): OpenedVault {
    const accepted = there(older, 'older account');
    older = undefined;
    return opened(accepted.intoVault());
  },
  discardOlder(): void {
    older?.free();
    older = undefined;
  },

  /** Takes in what was typed. */
  parsePhrase(words: string): void {
    recovery?.free();
    recovery = Recovery.parse(words);
  },
  recoveryRequest: (email: string): string => there(recovery, 'phrase').request(email),
  openRecovery(answer: string, pins?: Uint8Array): OpenedVault {
    recovered?.free();
    recovered = there(recovery, 'phrase').open(answer, pins);
    return { userId: recovered.userId(), rootId: recovered.rootId() };
  },
  recover: (token: string, password: string): string => there(recovered, 'recovered vault').recover(token, password),
  /** The server has taken the new password. */
  recovered(): OpenedVault {
    const next = there(recovered, 'recovered vault');
    next.recovered();
    recovered = undefined;
    keeper.discardRecovery();
    return opened(next);
  },
  discardRecovery(): void {
    recovery?.free();
    recovered?.free();
    recovery = recovered = undefined;
  },

  makePhrase(): string {
    phrase?.free();
    phrase = there(vault, 'vault').makePhrase(there(credentials, 'password'));
    return phrase.words();
  },
  replacePhrase: (): string => there(vault, 'vault').replacePhrase(there(phrase, 'new phrase')),
  hasPhrase: (): boolean => there(vault, 'vault').hasPhrase(there(phrase, 'new phrase')),
  phraseReplaced: (): void => there(vault, 'vault').phraseReplaced(),
  discardPhrase(): void {
    phrase?.free();
    phrase = undefined;
  },

  keep: async (device: CryptoKey): Promise<Uint8Array> => there(vault, 'vault').keep(await keptKek(device)),
  unlockKept: async (device: CryptoKey, kept: Uint8Array, keys: string, pins: Uint8Array): Promise<OpenedVault> =>
    opened(Vault.unlockKept(await keptKek(device), kept, keys, pins)),

  sealAvatar: (picture: Uint8Array): string => there(vault, 'vault').sealAvatar(picture),
  openAvatar: (sealed: string): Uint8Array => there(vault, 'vault').openAvatar(sealed),

  pins: (): Uint8Array => there(vault, 'vault').pins(),
  /** Takes in what another window of this device has seen; gives what the device must keep. */
  exchangePins: (kept: Uint8Array): Uint8Array => there(vault, 'vault').exchangePins(kept),
  sealedPins: (): string | undefined => there(vault, 'vault').sealedPins(),
  sealedPinsAccepted: (): void => there(vault, 'vault').sealedPinsAccepted(),
  /** Whether another device has accepted an older state of the account since this one last looked; says so once. */
  takeAcceptedElsewhere: (): boolean => there(vault, 'vault').takeAcceptedElsewhere(),
  mergeKeys: (keys: string): void => there(vault, 'vault').mergeKeys(keys),

  pinnedSeq: (folder: string): number | undefined => there(vault, 'vault').pinnedSeq(folder),
  leastSeq: (folder: string): number => there(vault, 'vault').leastSeq(folder),
  headSeq: (page: string): number => there(vault, 'vault').headSeq(page),
  openFolder: (folder: string, pages: string[], heads: string[]): string => there(vault, 'vault').openFolder(folder, pages, heads),
  folder: (folder: string): string | undefined => there(vault, 'vault').folder(folder),
  hasFolder: (folder: string): boolean => there(vault, 'vault').hasFolder(folder),
  entry: (node: string): Entry | undefined => parsed(there(vault, 'vault').entry(node)) as Entry | undefined,
  path: (node: string): PathStep[] | undefined => parsed(there(vault, 'vault').path(node)) as PathStep[] | undefined,
  trashed: (): Entry[] => JSON.parse(there(vault, 'vault').trashed()) as Entry[],
  starred: (): Entry[] => JSON.parse(there(vault, 'vault').starred()) as Entry[],
  recent: (most: number): Entry[] => JSON.parse(there(vault, 'vault').recent(most)) as Entry[],
  fingerprint: (): string => there(vault, 'vault').fingerprint(),

  restartFeed: () => there(vault, 'vault').restartFeed(),
  applyChanges: (page: string): Feed => JSON.parse(there(vault, 'vault').applyChanges(page)) as Feed,
  bridge: (folder: string, heads: string[]): FeedStep => JSON.parse(there(vault, 'vault').bridge(folder, heads)) as FeedStep,
  resumeFeed: (): FeedStep => JSON.parse(there(vault, 'vault').resumeFeed()) as FeedStep,
  /** Folders that were seen and not opened. */
  unopened: (): string[] => there(vault, 'vault').unopened(),

  /** Sealed pieces of the tree that have changed, for the device to keep; null where there is nothing to keep any more. */
  cachePieces: (cursor: string, most: number): [string, Uint8Array | null][] => there(vault, 'vault').cachePieces(cursor, most),
  cacheLost: (): void => there(vault, 'vault').cacheLost(),
  loadPieces(pieces: [string, Uint8Array][]): LoadedPieces {
    const names = pieces.map(([name]) => name);
    return JSON.parse(there(vault, 'vault').loadPieces(names, pieces.map(([, bytes]) => bytes))) as LoadedPieces;
  },
  search: (wanted: Wanted): Matches => JSON.parse(there(vault, 'vault').search(JSON.stringify(wanted))) as Matches,
  /** Which notes and documents are to be read for the search. */
  unread: (): Unread => JSON.parse(there(vault, 'vault').unread()) as Unread,
  /** These are not to be named as unread again. */
  passOver(files: readonly { node: string; version: string }[]): void {
    for (const { node, version } of files) there(vault, 'vault').passOver(node, version);
  },
  /** The text of a file, or null where none can be read; gives the sealed piece to keep under the file's id, or nothing if that is not its version any more or there is no room. */
  indexText: (node: string, version: string, text: string | null): Uint8Array | undefined => there(vault, 'vault').indexText(node, version, text ?? undefined),
  /** Takes over pieces that were kept; gives the names of those that are of no use. */
  loadTexts(pieces: [string, Uint8Array][]): string[] {
    const names = pieces.map(([name]) => name);
    return JSON.parse(there(vault, 'vault').loadTexts(names, pieces.map(([, bytes]) => bytes))) as string[];
  },
  /** What stands around the words that were looked for, in pieces that were kept: every other string is what was found. */
  excerpts(pieces: [string, Uint8Array][], words: string): [node: string, excerpt: string[]][] {
    const names = pieces.map(([name]) => name);
    return JSON.parse(there(vault, 'vault').excerpts(names, pieces.map(([, bytes]) => bytes), words)) as [string, string[]][];
  },

  rename: (node: string, name: string, now: number): string => there(vault, 'vault').rename(node, name, now),
  edit: (nodes: string[], edit: EntryEdit, now: number): Step => step(there(vault, 'vault').edit(nodes, JSON.stringify(edit), now)),
  trash: (nodes: string[], now: number): Step => step(there(vault, 'vault').trash(nodes, now)),
  restore: (nodes: string[], now: number): Step => step(there(vault, 'vault').restore(nodes, now)),
  purge: (nodes: string[], now: number): Step => step(there(vault, 'vault').purge(nodes, now)),
  moveTo: (nodes: string[], to: string, now: number): Step => step(there(vault, 'vault').moveTo(nodes, to, now)),
  createFolder(parent: string, name: string, now: number): { node: string; request: string } {
    const { node, request } = JSON.parse(there(vault, 'vault').createFolder(parent, name, now)) as { node: string; request: unknown };
    return { node, request: JSON.stringify(request) };
  },
  /** `versions`: as the server says them, JSON. */
  copyFiles: (files: readonly { node: string; versions: unknown; to: string }[], now: number): Step => step(there(vault, 'vault').copyFiles(JSON.stringify(files), now)),
  /** The ids of the first of these paths, and the commit that makes those that are missing. */
  createFolders(parent: string, paths: readonly (readonly string[])[], now: number): { nodes: string[]; request: string | null } {
    const { nodes, request } = JSON.parse(there(vault, 'vault').createFolders(parent, JSON.stringify(paths), now)) as { nodes: string[]; request: unknown };
    return { nodes, request: request === null ? null : JSON.stringify(request) };
  },
  ways: (folder: string, node: string | null): Way[] => JSON.parse(there(vault, 'vault').ways(folder, node ?? undefined)) as Way[],
  resolve: (folder: string, node: string, way: Way, now: number): string => there(vault, 'vault').resolve(folder, node, way, now),
  acceptFolder: (folder: string, pages: string[], now: number): string => there(vault, 'vault').acceptFolder(folder, pages, now),
  /** The folders that are other than they were. */
  committed: (commit: string): string[] => there(vault, 'vault').committed(commit),
  abandoned: (commit: string): void => there(vault, 'vault').abandoned(commit),

  planUpload: (folder: string, file: FileToUpload): Promise<PlannedUpload> =>
    planned(there(vault, 'vault').planUpload(folder, file.name, file.mediaType, file.modified, file.size), file.thumbnail),
  /** A new version of a file; its name stays. */
  planVersion: (node: string, file: FileToUpload): Promise<PlannedUpload> =>
    planned(there(vault, 'vault').planVersion(node, file.mediaType, file.modified, file.size), file.thumbnail),
  /** What a device keeps of an upload: the hashes are those of all that may have been sent. */
  sealUpload: (plan: number, hashes: Uint8Array, address: string): Uint8Array =>
    there(vault, 'vault').sealUpload(there(uploads.get(plan), 'upload'), hashes, address),
  async reopenUpload(version: string, sealed: Uint8Array): Promise<ReopenedUpload> {
    const reopened = there(vault, 'vault').reopenUpload(version, sealed);
    const { address } = reopened;
    const plan = reopened.intoPlan();
    const { name, folder, modifiedMs: modified, isNew } = plan;
    return { ...(await planned(plan)), address, name, folder, modified, isNew };
  },
  /** Whether its commit has happened, as far as the folder was verified. */
  hasUpload: (plan: number): boolean => there(vault, 'vault').hasUpload(there(uploads.get(plan), 'upload')),
  uploadTail: (plan: number, hashes: Uint8Array): Uint8Array => there(uploads.get(plan), 'upload').tail(hashes),
  /** Gathers finished uploads for one commit, which may have to be made more than once. The plans belong to the batch from here on. */
  batchUploads(finished: readonly FinishedUpload[]): number {
    const batch = new Batch();
    for (const { folder, plan, upload } of finished) {
      batch.add(folder, there(uploads.get(plan), 'upload'), upload);
      uploads.delete(plan);
    }
    const id = nextPlan++;
    batches.set(id, batch);
    return id;
  },
  /** All of a batch, or what goes into one folder. */
  commitUploads: (batch: number, only: string | undefined, now: number): string => there(vault, 'vault').commitUploads(there(batches.get(batch), 'batch'), only, now),
  /** What the server has lost is not in the batch any more. */
  withdrawUploads(batch: number, lost: readonly string[]): void {
    for (const upload of lost) there(batches.get(batch), 'batch').withdraw(upload);
  },
  dropBatch(batch: number): void {
    batches.get(batch)?.free();
    batches.delete(batch);
  },
  commitVersion: (plan: number, upload: string, details: string, base: string | undefined, now: number): string =>
    there(vault, 'vault').commitVersion(there(uploads.get(plan), 'upload'), upload, details, base, now),
  versions: (node: string, details: string): string => there(vault, 'vault').versions(node, details),
  makeCurrent: (node: string, version: string, details: string, now: number): string =>
    there(vault, 'vault').makeCurrent(node, version, details, now),
  dropVersions: (node: string, versions: string[], details: string, now: number): string => there(vault, 'vault').dropVersions(node, versions, details, now),
  dropUpload(plan: number): void {
    uploads.get(plan)?.free();
    uploads.delete(plan);
  },

  /** Of the current version, unless it says which. */
  planDownload(node: string, details: string, version?: string): PlannedDownload {
    const plan = there(vault, 'vault').planDownload(node, version, details);
    const id = nextPlan++;
    downloads.set(id, plan);
    return {
      plan: id,
      name: plan.name,
      mediaType: plan.mediaType,
      size: plan.size,
      contentLength: plan.contentLength,
      listLength: plan.listLength,
      totalLength: plan.totalLength,
      version: plan.version,
      hasThumbnail: plan.hasThumbnail,
    };
  },
  openThumbnail: (plan: number, sealed: Uint8Array): Uint8Array => there(downloads.get(plan), 'download').openThumbnail(sealed),
  async openDownload(plan: number, header: Uint8Array, tail: Uint8Array | null): Promise<OpenedDownload> {
    const download = there(downloads.get(plan), 'download');
    download.openHeader(header);
    if (tail !== null) download.openTail(tail);
    return { nonce: download.nonce(), hashes: download.hashes(), rootHash: download.rootHash(), key: await download.contentKey() };
  },
  dropDownload(plan: number): void {
    downloads.get(plan)?.free();
    downloads.delete(plan);
  },
};

/** As the page sees this worker. */
export type Keeper = typeof keeper;

/** What is to be done with the first `covered` of the nodes that were given; null: nothing. */
export interface Step {
  request: string | null;
  covered: number;
}

function step(json: string): Step {
  const { request, covered } = JSON.parse(json) as { request: unknown; covered: number };
  return { request: request === null ? null : JSON.stringify(request), covered };
}

function parsed(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json);
}

/** What changes of the feed came to. */
export interface FeedStep {
  /** Folders that are other than they were. */
  changed: string[];
  /** Heads that must be fetched before more can be believed. */
  gaps: { folder: string; after: number; before: number }[];
  /** Folders that must be listed. */
  look: string[];
}

export interface Feed extends FeedStep {
  cursor: string;
  more: boolean;
  /** Whether the page said nothing. */
  empty: boolean;
}

export interface OpenedVault {
  userId: string;
  rootId: string;
}

/** What came of loading what the device had kept. */
export interface LoadedPieces {
  /** From which the change feed goes on; null if nothing could be used. */
  cursor: string | null;
  folders: number;
  /** Pieces that are of no use. */
  dropped: string[];
}

/** What the vault has to know of a file to plan its upload. */
export interface FileToUpload {
  name: string;
  mediaType: string;
  /** Milliseconds since 1970. */
  modified: number;
  size: number;
  /** A small picture, WebP or JPEG. */
  thumbnail?: Uint8Array;
}

export interface PlannedUpload {
  plan: number;
  node: string;
  /** Also names the upload on this device. */
  version: string;
  size: number;
  contentLength: number;
  totalLength: number;
  header: Uint8Array;
  nonce: Uint8Array;
  /** Hashes of what may have been sent before; empty for an upload that begins. */
  known: Uint8Array;
  key: CryptoKey;
}

/** An upload that goes on. */
export interface ReopenedUpload extends PlannedUpload {
  /** Where the server takes the rest. */
  address: string;
  name: string;
  folder: string;
  /** When the file was last changed, in milliseconds since 1970. */
  modified: number;
  isNew: boolean;
}

export interface PlannedDownload {
  plan: number;
  name: string;
  mediaType: string;
  size: number;
  /** Sealed, as are the next two: the content, the list of its segments, and all that is stored. */
  contentLength: number;
  listLength: number;
  totalLength: number;
  version: string;
  hasThumbnail: boolean;
}

export interface FinishedUpload {
  folder: string;
  plan: number;
  /** The id of the staged upload. */
  upload: string;
}

export interface OpenedDownload {
  nonce: Uint8Array;
  hashes: Uint8Array;
  rootHash: Uint8Array;
  key: CryptoKey;
}

/** The vault is one object: calls wait for the module, then for each other. */
function serialised(methods: Keeper): Keeper {
  const wrapped = Object.entries(methods).map(([name, method]) => [
    name,
    (...args: unknown[]): Promise<unknown> =>
      oneByOne.run(async () => {
        await loadModule();
        return Reflect.apply(method, keeper, args) as unknown;
      }),
  ]);
  return Object.fromEntries(wrapped) as Keeper;
}

// The first call should not have to wait for it; if it fails now, that call tries again.
loadModule().catch(() => undefined);
connect(globalThis as unknown as DedicatedWorkerGlobalScope, serialised(keeper));
