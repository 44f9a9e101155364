import type { OpenContent } from '../../app/contract';
import type { ContentPool } from '../../crypto/content';
import type { PlannedDownload, RunningKeeper } from '../../crypto/keeper';
import { isPassing, Problem, toProblem } from '../../lib/problem';
import type { CheckDetails } from '../tree/overtaken';
import type { Offer, ServedContents } from './served';

/** What a preview may hold in memory at once. */
const MOST_BLOB = 64 * 1024 * 1024;

export interface ContentEnvironment {
  details: CheckDetails;
  keeper: RunningKeeper['remote'];
  pool: ContentPool;
  served: ServedContents;
  /** What this device has kept, for when the server cannot be reached. */
  kept: {
    isWanted(): boolean;
    details(node: string): Promise<string | undefined>;
    keepDetails(node: string, details: string): Promise<void>;
  };
}

/** Random access to a file's verified bytes, of its current version unless it says which. */
export async function openContent(environment: ContentEnvironment, node: string, version?: string): Promise<OpenContent> {
  const { keeper, pool, served } = environment;
  const planned = await plan(environment, node, version);
  const { name, mediaType, size, contentLength, listLength, totalLength } = planned;
  const content = pool.open({ id: crypto.randomUUID(), plan: planned.plan, node, version: planned.version, size, contentLength, listLength, totalLength, keeps: environment.kept.isWanted() });
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
      void keeper.dropDownload(planned.plan).catch(() => undefined);
    },
  };
}

/** From what the server says of the file; while it cannot be reached, from what it said before, if that is still what the folder binds. */
async function plan({ details, keeper, kept }: ContentEnvironment, node: string, version: string | undefined): Promise<PlannedDownload> {
  let said = '';
  try {
    const planned = await details(node, (served) => keeper.planDownload(node, (said = served), version));
    if (kept.isWanted()) void kept.keepDetails(node, said).catch(() => undefined);
    return planned;
  } catch (error) {
    const before = isPassing(error) ? await kept.details(node).catch(() => undefined) : undefined;
    if (before === undefined) throw error;
    return keeper.planDownload(node, before, version).catch(() => {
      throw toProblem(error);
    });
  }
}
