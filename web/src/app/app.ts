import { connectApi } from '../api/connect';
import { clearKeptContents } from '../api/keptContents';
import { startKeeper } from '../crypto/keeper';
import { missingSupport } from '../crypto/support';
import { clearPieces } from '../features/cache/pieceStore';
import { AutoLock, effectiveMinutes } from '../features/session/autoLock';
import { ProfileKeeper } from '../features/session/profile';
import { Session } from '../features/session/session';
import { joinTabs } from '../features/session/tabs';
import { openContent } from '../features/transfers/openContent';
import { ServedContents } from '../features/transfers/served';
import { getPreferences, lastActivity, saveActivity, setOlderAccepted, setPreferences } from '../lib/preferences';
import { hasCode, Problem, toProblem } from '../lib/problem';
import { Store } from '../lib/store';
import { anyUnsaved } from '../lib/unsaved';
import type { App, AppState, FolderState } from './contract';
import { guardUnload } from './guardUnload';
import type { OpenVault } from './openVault';
import { findingKey, reportCaught } from './report';
import { followUpdates } from './update';

const LOADING: FolderState = { status: 'loading' };
const NOTHING = (): void => undefined;
const loadInside = () => import('./openVault');

/** Puts the core together and starts it. One a page. */
export function createApp(): App {
  const state = new Store<AppState>({ phase: { name: 'starting' }, progress: null, storage: null, profile: null, transfers: [], update: 'none', findings: [], tree: 'reading', texts: null });
  const missing = missingSupport();
  if (missing !== null) state.set({ phase: { name: 'unsupported', missing } });

  let open: OpenVault | null = null;
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
    onUnlocked: async (opened) => {
      const { openVault } = await loadInside();
      open = openVault(opened, api, state, served);
      void open.transfers.restore();
      autoLock.begin();
      void profile.opened(opened.keeper);
    },
    onCaught: caught,
    onOlderAccepted: (userId) => setOlderAccepted(userId, true),
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

  const keeper = (): OpenVault['session']['keeper'] => vault().session.keeper;
  const vault = (): OpenVault => {
    if (open === null) throw new Problem({ code: 'locked', message: 'The vault is locked.' });
    return open;
  };
  if (missing === null) {
    guardUnload(isBusy);
    void session.start();
    // Before it is needed; if that fails, unlocking says so.
    loadInside().catch(NOTHING);
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
    signIn: (email, password, keep) => session.signIn(email, password, keep),
    unlock: (password, keep) => session.unlock(password, keep),
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
    copy: async (nodes, to, options) => {
      const { copyNodes } = await import('../features/tree/copyNodes');
      return asProblem(copyNodes(nodes, to, { api, keeper: keeper(), tree: vault().tree, ...options }));
    },
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
