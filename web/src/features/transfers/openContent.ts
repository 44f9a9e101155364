import type { Api } from '../../api/api';
import type { OpenContent } from '../../app/contract';
import type { ContentPool } from '../../crypto/content';
import type { RunningKeeper } from '../../crypto/keeper';
import { Problem, toProblem } from '../../lib/problem';
import type { Offer, ServedContents } from './served';

/** What a preview may hold in memory at once. */
const MOST_BLOB = 64 * 1024 * 1024;

export interface ContentEnvironment {
  api: Pick<Api, 'fileDetails'>;
  keeper: RunningKeeper['remote'];
  pool: ContentPool;
  served: ServedContents;
}

/** Random access to a file's verified bytes, of its current version unless it says which. */
export async function openContent({ api, keeper, pool, served }: ContentEnvironment, node: string, version?: string): Promise<OpenContent> {
  const planned = await keeper.planDownload(node, await api.fileDetails(node), version);
  const { plan, name, mediaType, size, contentLength, listLength, totalLength } = planned;
  const content = pool.open({ id: crypto.randomUUID(), plan, node, version: planned.version, size, contentLength, listLength, totalLength });
  let offer: Offer | null = null;
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    try {
      return await content.read(start, end);
    } catch (error) {
      throw toProblem(error);
    }
  };
  return {
    name,
    mediaType,
    size,
    version: planned.version,
    read,
    async blob() {
      if (size > MOST_BLOB) throw new Problem({ code: 'too-large', message: 'The file is too large to be held in memory.' });
      // Without a type: who shows it has to say as what.
      return new Blob([(await read(0, size)) as BlobPart]);
    },
    url() {
      if (!served.isAvailable) return Promise.resolve(null);
      offer ??= served.offer({
        name,
        mediaType,
        size,
        // Seeking ends one answer and begins another; what goes wrong is told on the port.
        feed: (port, start, end) => void content.serve(port, start, end, false).catch(() => undefined),
      });
      return Promise.resolve(offer.url);
    },
    close() {
      offer?.revoke();
      content.close();
      void keeper.dropDownload(plan).catch(() => undefined);
    },
  };
}
