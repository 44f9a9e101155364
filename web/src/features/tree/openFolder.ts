import type { Api } from '../../api/api';
import type { RunningKeeper } from '../../crypto/keeper';
import type { FolderView } from '../../crypto/types';
import { hasCode, Problem } from '../../lib/problem';

/** A folder that changes faster than it can be read, this often in a row, is not read. */
const MAX_ROUNDS = 6;
/** More than any folder that this browser could hold: a server that goes on and on is not listened to. */
const MAX_LISTING = 512 * 1024 * 1024;

interface Environment {
  api: Pick<Api, 'folderPage' | 'heads'>;
  keeper: Pick<RunningKeeper['remote'], 'headSeq' | 'pinnedSeq' | 'leastSeq' | 'openFolder' | 'folder'>;
}

/**
 * Fetches all pages of a folder that belong to one head, with the heads that lead
 * to it, and has them checked. A commit or the feed may overtake the answer on its
 * way: then it looks like an old one, and is asked for again.
 */
export async function openFolder(id: string, environment: Environment): Promise<FolderView> {
  const { api, keeper } = environment;
  for (let round = 1; ; round++) {
    const least = await keeper.leastSeq(id);
    const { pages } = await fetchPages(id, api);
    try {
      const seq = await keeper.headSeq(pages[0] ?? '');
      const pinned = await keeper.pinnedSeq(id);
      const heads = pinned !== undefined && seq > pinned + 1 ? await api.heads(id, pinned, seq) : [];
      return JSON.parse(await keeper.openFolder(id, pages, heads)) as FolderView;
    } catch (error) {
      if ((await keeper.leastSeq(id)) === least) throw error;
      if (round < MAX_ROUNDS) continue;
      // What overtakes it time and again was verified no less.
      const known = await keeper.folder(id);
      if (known === undefined) throw error;
      return JSON.parse(known) as FolderView;
    }
  }
}

/** All pages of a folder that belong to one head. */
export async function fetchPages(id: string, api: Pick<Api, 'folderPage'>): Promise<{ pages: string[] }> {
  for (let round = 1; ; round++) {
    try {
      const first = await api.folderPage(id, null);
      const pages = [first.body];
      const seen = new Set<string>();
      let length = first.body.length;
      for (let cursor = first.next; cursor !== null; ) {
        if (seen.has(cursor)) throw new Problem({ code: 'bad-answer', message: 'The pages of a folder go round in circles.' });
        seen.add(cursor);
        const page = await api.folderPage(id, cursor);
        pages.push(page.body);
        length += page.body.length;
        if (length > MAX_LISTING) throw new Problem({ code: 'bad-answer', message: 'The list of a folder has no end.' });
        cursor = page.next;
      }
      return { pages };
    } catch (error) {
      // The folder changed between two pages.
      if (!hasCode(error, 'HEAD_CONFLICT') || round === MAX_ROUNDS) throw error;
    }
  }
}
