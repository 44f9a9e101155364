import type { Api } from '../../api/api';
import type { VersionInfo } from '../../app/contract';
import type { RunningKeeper } from '../../crypto/keeper';
import type { Tree } from '../tree/tree';

export interface VersionsEnvironment {
  api: Pick<Api, 'fileDetails'>;
  keeper: Pick<RunningKeeper['remote'], 'versions' | 'makeCurrent' | 'dropVersions'>;
  tree: Pick<Tree, 'commit'>;
}

/** All versions of a file, the newest first. */
export async function listVersions({ api, keeper }: VersionsEnvironment, node: string): Promise<VersionInfo[]> {
  return JSON.parse(await keeper.versions(node, await api.fileDetails(node))) as VersionInfo[];
}

/** Makes an older version the content again; the one that was stays. */
export async function restoreVersion({ api, keeper, tree }: VersionsEnvironment, node: string, version: string): Promise<void> {
  await tree.commit(async (now) => keeper.makeCurrent(node, version, await api.fileDetails(node), now), { patient: false });
}

/** Removes versions for good; never the current one. */
export async function deleteVersions({ api, keeper, tree }: VersionsEnvironment, node: string, versions: readonly string[]): Promise<void> {
  await tree.commit(async (now) => keeper.dropVersions(node, [...versions], await api.fileDetails(node), now), { patient: false });
}
