import { connectApi } from '../api/connect';
import { fetchContents } from '../api/contents';
import { clearKeptContents, keepDetails, keptDetails } from '../api/keptContents';
import { createContentPool } from '../crypto/content';
import { isFindingKind } from '../crypto/findings';
import { startKeeper } from '../crypto/keeper';
import { missingSupport } from '../crypto/support';
import type { Finding, FindingKind, FolderView } from '../crypto/types';
import { clearPieces, readPieces, writePieces } from '../features/cache/pieceStore';
import { TreeCache } from '../features/cache/treeCache';
import { AutoLock, effectiveMinutes } from '../features/session/autoLock';
import { ProfileKeeper } from '../features/session/profile';
import { Session, type OpenSession } from '../features/session/session';
import { joinTabs } from '../features/session/tabs';
import { KeptUploads } from '../features/transfers/keptUploads';
import { FileContents } from '../features/contents/fileContents';
import { openContent, type ContentEnvironment } from '../features/transfers/openContent';
import { saveFile } from '../features/transfers/saveFile';
import { saveStream } from '../features/transfers/saveStream';
import { ServedContents } from '../features/transfers/served';
import { Transfers } from '../features/transfers/transfers';
import type { FilesEnvironment } from '../features/transfers/zipFiles';
import { copyNodes } from '../features/tree/copyNodes';
import { startTexts, type Texts } from '../features/searching/indexing/startTexts';
import { Follower } from '../features/tree/follow';
import { unlessOvertaken, type CheckDetails, type CheckMany } from '../features/tree/overtaken';
import { isGone, Tree } from '../features/tree/tree';
import { TreeActions } from '../features/tree/treeActions';
import { getPreferences, lastActivity, saveActivity, setPreferences } from '../lib/preferences';
import { hasCode, Problem, toProblem } from '../lib/problem';
import { Store } from '../lib/store';
import { anyUnsaved } from '../lib/unsaved';
import type { App, AppState, FolderState } from './contract';
import { guardUnload } from './guardUnload';
import { followUpdates } from './update';

interface Open {
  session: OpenSession;
  tree: Tree;
  cache: TreeCache;
  actions: TreeActions;
  follower: Follower;
  transfers: Transfers;
  contents: ContentEnvironment;
  files: FileContents;
  texts: Texts;
}

const LOADING: FolderState = { status: 'loading' };
const NOTHING = (): void => undefined;

/** Puts the core together and starts it. One a page. */
export function createApp(): App {
  const state = new Store<AppState>({ phase: { name: 'starting' }, progress: null, storage: null, profile: null, transfers: [], update: 'none', findings: [], tree: 'reading', texts: null });
  const missing = missingSupport();
  if (missing !== null) state.set({ phase: { name: 'unsupported', missing } });

  let open: Open | null = null;
  let cacheEnded = Promise.resolve();
  const served = new ServedContents('serviceWorker' in navigator ? navigator.serviceWorker : undefined);
  const api = connectApi({ onEnded: () => session.ended(), onReplaced: () => session.replaced() });
  const caught = (error: unknown): void => reportCaught(state, null, error);
  const profile = new ProfileKeeper({ api, state, onCaught: caught });
  const autoLockMinutes = (): number | null => effectiveMinutes(getPreferences().autoLock, session.keepsUnlocked);
  // What was typed and cannot be stored would be lost by locking.
  const isBusy = (): boolean => (open?.transfers.anyActive ?? false) || anyUnsaved();
  const autoLock = new AutoLock({
    minutes: autoLockMinutes,
    isBusy: () => isBusy(),
    lock: () => void session.lock(),
    now: Date.now,
    last: lastActivity,
    save: saveActivity,
    page: document,
  });
  const session = new Session({
    api,
    state,
    startKeeper,
    joinTabs,
    locks: navigator.locks,
    now: Date.now,
    onProfile: (served) => void profile.take(served),
    isLockDue: () => autoLock.isDue(),
    onUnlocked: (opened) => {
      open = openVault(opened, api, state, served);
      void open.transfers.restore();
      autoLock.begin();
      void profile.opened(opened.keeper);
    },
    onCaught: caught,
    // Not before the last write, which would stay.
    forgetCache: () => cacheEnded.then(() => Promise.all([clearPieces(), clearKeptContents()])),
    onLocked: () => {
      autoLock.end();
      profile.locked();
      open?.tree.end();
      if (open !== null) cacheEnded = Promise.all([open.cache.end(), open.texts.end()]).then(NOTHING);
      open?.transfers.end();
      served.end();
      open = null;
      state.set({ findings: [], tree: 'reading', texts: null });
    },
  });

  const keeper = (): OpenSession['keeper'] => vault().session.keeper;
  const vault = (): Open => {
    if (open === null) throw new Problem({ code: 'locked', message: 'The vault is locked.' });
    return open;
  };
  if (missing === null) {
    guardUnload(isBusy);
    void session.start();
  }

  let applyUpdate = (): void => undefined;
  if (import.meta.env.PROD && 'serviceWorker' in navigator) {
    const ready = (apply: () => void): void => {
      applyUpdate = apply;
      state.set({ update: 'ready' });
    };
    // Without it the app works as it does without a service worker: online.
    followUpdates(navigator.serviceWorker, ready, () => globalThis.location.reload()).catch(() => undefined);
  }

  return {
    getState: () => state.get(),
    subscribe: (listener) => state.subscribe(listener),

    prepareAccount: (password) => session.prepareAccount(password),
    signIn: (email, password) => session.signIn(email, password),
    unlock: (password) => session.unlock(password),
    openOlder: (email, password) => session.openOlder(email, password),
    lock: () => session.lock(),
    signOut: () => session.signOut(),
    changePassword: (current, next) => session.changePassword(current, next),

    sessions: () => asProblem(api.sessions()),
    endSession: (id) => asProblem(api.endSession(id)),
    endOtherSessions: () => asProblem(api.endOtherSessions()),
    setAvatar: (image) => asProblem(profile.setPicture(vault().session.keeper, image)),
    startRecovery: (email, phrase) => session.startRecovery(email, phrase),
    preparePhrase: (password) => session.preparePhrase(password),
    keepUnlocked: () => session.isKept(),
    setKeepUnlocked: (on) => asProblem(session.setKept(on)),
    keepOffline: () => getPreferences().offline,
    setKeepOffline: async (on) => {
      await asProblem(session.setOffline(on));
      if (!on) await clearKeptContents().catch(() => undefined);
    },
    updateProfile: (changes) => asProblem(profile.update(changes)),
    autoLock: autoLockMinutes,
    setAutoLock: (minutes) => setPreferences({ autoLock: minutes }),
    applyUpdate: () => applyUpdate(),

    getFolder: (id) => open?.tree.state(id) ?? LOADING,
    watchFolder: (id, listener) => open?.tree.watch(id, listener) ?? NOTHING,
    refreshFolder: async (id) => vault().tree.refresh(id),
    treeVersion: () => open?.tree.version ?? 0,
    watchTree: (listener) => open?.tree.subscribe(listener) ?? NOTHING,
    entry: (node) => asProblem(keeper().entry(node).then((entry) => entry ?? null)),
    path: (node) => asProblem(keeper().path(node).then((path) => path ?? null)),
    trashed: () => asProblem(keeper().trashed()),
    starred: () => asProblem(keeper().starred()),
    recent: (most) => asProblem(keeper().recent(most)),

    createFolder: (parent, name) => asProblem(vault().actions.createFolder(parent, name)),
    rename: (node, name) => asProblem(vault().actions.rename(node, name)),
    edit: (nodes, edit) => asProblem(vault().actions.edit(nodes, edit)),
    move: (nodes, to) => asProblem(vault().actions.move(nodes, to)),
    copy: (nodes, to, options) => asProblem(copyNodes(nodes, to, { api, keeper: keeper(), tree: vault().tree, ...options })),
    trash: (nodes) => asProblem(vault().actions.trash(nodes)),
    restore: (nodes) => asProblem(vault().actions.restore(nodes)),
    purge: (nodes) => asProblem(vault().actions.purge(nodes)),
    versions: (node) => asProblem(vault().files.versions(node)),
    restoreVersion: (node, version) => asProblem(vault().files.restoreVersion(node, version)),
    deleteVersions: (node, versions) => asProblem(vault().files.deleteVersions(node, versions)),
    readText: (node) => asProblem(vault().files.readText(node)),
    saveText: (node, text, base) => asProblem(vault().files.saveText(node, text, base)),
    createText: (folder, name, text) => asProblem(vault().files.createText(folder, name, text)),
    thumbnail: (node) => asProblem(vault().files.thumbnail(node)),
    search: (wanted) => asProblem(keeper().search(wanted)),
    excerpts: (nodes, words) => asProblem(vault().texts.excerpts(nodes, words)),
    ways: (finding) => asProblem(vault().actions.ways(finding)),
    resolve: async (finding, way) => {
      const forget = (): void => state.set({ findings: state.get().findings.filter((other) => findingKey(other) !== findingKey(finding)) });
      try {
        await asProblem(vault().actions.resolve(finding, way));
      } catch (error) {
        // The server shows it right again.
        if (hasCode(error, 'no-such-entry')) forget();
        throw error;
      }
      forget();
    },
    fingerprint: async () => {
      await vault().follower.complete;
      return asProblem(keeper().fingerprint());
    },

    upload: (folder, items, rest) => vault().transfers.upload(folder, items, rest),
    uploadVersion: (entry, item) => vault().transfers.uploadVersion(entry, item),
    download: (folder, nodes) => vault().transfers.download(folder, nodes),
    openContent: async (node, version) => asProblem(openContent(vault().contents, node, version)),
    streamsToDisk: () => served.isAvailable,
    pauseTransfer: (id) => open?.transfers.pause(id),
    resumeTransfer: (id, chosen) => open?.transfers.resume(id, chosen),
    cancelTransfer: (id) => open?.transfers.cancel(id),
    retryTransfer: (id) => open?.transfers.retry(id),
    dismissTransfer: (id) => open?.transfers.dismiss(id),
    cancelTransfers: () => open?.transfers.cancelAll(),
    retryTransfers: () => open?.transfers.retryAll(),
    clearTransfers: () => open?.transfers.clearEnded(),
  };
}

async function asProblem<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw toProblem(error);
  }
}

function openVault(session: OpenSession, api: ReturnType<typeof connectApi>, state: Store<AppState>, served: ServedContents): Open {
  const { keeper, pins, rootId, userId } = session;
  const cache = new TreeCache({ keeper, userId, read: readPieces, write: writePieces });
  const kept = cache.load();
  const tree = new Tree({
    api,
    keeper,
    rootId,
    ready: kept,
    onMoved: () => {
      cache.touched();
      pins.moved().catch((error: unknown) => reportCaught(state, null, error));
    },
    onView: (view: FolderView) => report(state, view.findings),
    onProblem: (folder, problem) => {
      // A folder that somebody else has deleted is nobody's fault.
      if (!isGone(problem)) reportCaught(state, folder, problem);
    },
    onStorage: (storage) => state.set({ storage }),
  });
  const follower = new Follower({
    api,
    keeper,
    tree,
    rootId,
    page: document,
    cursor: kept,
    onCursor: (cursor) => cache.moved(cursor),
    onProgress: (progress) => {
      if (progress === 'ready' && state.get().tree === 'away') tree.recover();
      state.set({ tree: progress });
    },
    onCaught: (error) => reportCaught(state, null, error),
  });
  void follower.run();
  const pool = createContentPool({
    token: () => api.token(),
    address: (node, version) => api.downloadAddress(node, version),
    tail: (plan, hashes) => keeper.uploadTail(plan, hashes),
    openDownload: (plan, header, tail) => keeper.openDownload(plan, header, tail),
    keep: (job, hashes, address) => transfers.keep(job, hashes, address),
    anew: (job) => transfers.anew(job),
    progress: (job, done) => transfers.progress(job, done),
  });
  const details: CheckDetails = (file, check) => unlessOvertaken([file], { keeper, tree }, async () => check(await api.fileDetails(file)));
  const manyDetails: CheckMany = (files, check) =>
    unlessOvertaken(files, { keeper, tree }, async () => {
      const described: (unknown[] | null)[] = [];
      // The answer ends where it gets long.
      while (described.length < files.length) described.push(...(await api.filesVersions(files.slice(described.length))).map(({ versions }) => versions));
      return check(described);
    });
  const filesOf: FilesEnvironment = { details, manyDetails, contents: (versions, signal) => fetchContents(versions, () => api.token(), signal), keeper, pool };
  const transfers: Transfers = new Transfers({
    ...filesOf,
    keeper,
    pool,
    commit: (folders, make) => tree.commit(make, { patient: true, folders }),
    treeRead: () => follower.complete,
    kept: new KeptUploads({ userId, keeper, locks: navigator.locks, ensureFolder: (folder) => tree.ensure(folder) }),
    show: (list) => state.set({ transfers: list }),
    save: saveFile,
    saveStream: (content) => (served.isAvailable ? saveStream(served, content) : null),
    list: async (folder) => {
      await tree.ensure(folder);
      const known = await keeper.folder(folder);
      if (known === undefined) throw new Problem({ code: 'NOT_FOUND', message: 'The folder is gone.' });
      return (JSON.parse(known) as FolderView).entries;
    },
    picture: async (file, signal) => (await import('../features/thumbnails/makeThumbnail')).makeThumbnail(file, signal),
    now: Date.now,
  });
  const contents: ContentEnvironment = {
    details,
    keeper,
    pool,
    served,
    kept: {
      isWanted: () => getPreferences().offline,
      details: keptDetails,
      keepDetails: (node, told) => keepDetails(node, told, Date.now()),
    },
  };
  const texts = startTexts({
    keeper,
    userId,
    tree,
    // What is only read for the search is not what somebody wants to have without the server.
    open: (node) => openContent({ ...contents, kept: { ...contents.kept, isWanted: () => false } }, node),
    files: filesOf,
    loaded: kept,
    complete: follower.complete,
    isBusy: () => transfers.anyActive,
    show: (read) => state.set({ texts: read }),
  });
  const files = new FileContents({
    api,
    details,
    keeper,
    pool,
    tree,
    open: (node) => openContent(contents, node),
    onWritten: (...written) => void texts.written(...written),
  });
  return { session, tree, cache, actions: new TreeActions(tree, keeper), follower, transfers, contents, files, texts };
}

/** Adds what is not known yet. */
function report(state: Store<AppState>, findings: readonly Finding[]): void {
  const known = new Set(state.get().findings.map(findingKey));
  const fresh = findings.filter((finding) => !known.has(findingKey(finding)));
  const since = Date.now();
  if (fresh.length > 0) state.set({ findings: [...fresh.map((finding) => ({ ...finding, since })), ...state.get().findings] });
}

/** What an error says about the server, if it says anything; other errors are shown where they happen. */
function reportCaught(state: Store<AppState>, folder: string | null, error: unknown): void {
  const { code } = toProblem(error);
  const kind = ACCOUNT_KINDS[code] ?? code;
  if (isFindingKind(kind)) report(state, [{ kind, folder, node: null, name: null, count: 1 }]);
}

/** Findings about the account as a whole. */
const ACCOUNT_KINDS: Readonly<Record<string, FindingKind>> = { 'account-tampered': 'altered', 'account-rolled-back': 'rolled-back' };

function findingKey({ kind, folder, node }: Finding): string {
  return [kind, folder, node].join(' ');
}
