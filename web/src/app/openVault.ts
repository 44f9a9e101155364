import type { connectApi } from '../api/connect';
import { fetchContents } from '../api/contents';
import { keepDetails, keptDetails } from '../api/keptContents';
import { createContentPool } from '../crypto/content';
import type { FolderView } from '../crypto/types';
import { readPieces, writePieces } from '../features/cache/pieceStore';
import { TreeCache } from '../features/cache/treeCache';
import { FileContents } from '../features/contents/fileContents';
import { startTexts, type Texts } from '../features/searching/indexing/startTexts';
import type { OpenSession } from '../features/session/session';
import { KeptUploads } from '../features/transfers/keptUploads';
import { openContent, type ContentEnvironment } from '../features/transfers/openContent';
import { saveFile } from '../features/transfers/saveFile';
import { saveStream } from '../features/transfers/saveStream';
import type { ServedContents } from '../features/transfers/served';
import { Transfers } from '../features/transfers/transfers';
import type { FilesEnvironment } from '../features/transfers/zipFiles';
import { Follower } from '../features/tree/follow';
import { unlessOvertaken, type CheckDetails, type CheckMany } from '../features/tree/overtaken';
import { isGone, Tree } from '../features/tree/tree';
import { listVerified } from '../features/tree/listVerified';
import { TreeActions } from '../features/tree/treeActions';
import { getPreferences } from '../lib/preferences';
import type { Store } from '../lib/store';
import type { AppState } from './contract';
import { report, reportCaught } from './report';

/** What works while the vault is open. */
export interface OpenVault {
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

/** Puts together and starts what an unlocked vault needs; comes after the first page, which does without. */
export function openVault(session: OpenSession, api: ReturnType<typeof connectApi>, state: Store<AppState>, served: ServedContents): OpenVault {
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
    onCaught: (error, folder) => reportCaught(state, folder, error),
  });
  void follower.run();
  const pool = createContentPool({
    token: () => api.token(),
    address: (node, version) => api.downloadAddress(node, version),
    tail: (plan, hashes) => keeper.uploadTail(plan, hashes),
    openDownload: (plan, header, tail) => keeper.openDownload(plan, header, tail),
    keep: (job, hashes, address) => transfers.keep(job, hashes, address),
    anew: (job) => transfers.anew(job),
    comparing: (job, done) => transfers.comparing(job, done),
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
    kept: new KeptUploads({ userId, keeper, locks: navigator.locks, ready: kept, ensureFolder: (folder) => tree.ensure(folder) }),
    show: (list) => state.set({ transfers: list }),
    save: saveFile,
    saveStream: (content) => (served.isAvailable ? saveStream(served, content) : null),
    list: (folder) => listVerified(folder, { tree, keeper }),
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
