import type { Api } from '../../api/api';
import type { OpenContent } from '../../app/contract';
import type { ContentPool } from '../../crypto/content';
import type { RunningKeeper } from '../../crypto/keeper';
import { patiently } from '../../lib/patience';

interface Environment {
  api: Pick<Api, 'fileDetails'>;
  keeper: RunningKeeper['remote'];
  pool: ContentPool;
}

/** A file's content, fetched and verified whole when the first byte of it is asked for. */
export async function openWhole({ api, keeper, pool }: Environment, node: string): Promise<OpenContent> {
  const id = crypto.randomUUID();
  const closed = new AbortController();
  const details = await patiently(() => api.fileDetails(node), closed.signal);
  const planned = await keeper.planDownload(node, details);
  let whole: Promise<Blob> | null = null;
  const blob = (): Promise<Blob> => {
    const { plan, size, contentLength, totalLength, version } = planned;
    whole ??= pool.download({ id, plan, node, version, size, contentLength, totalLength });
    return whole;
  };
  return {
    name: planned.name,
    mediaType: '',
    size: planned.size,
    blob,
    read: async (start, end) => new Uint8Array(await (await blob()).slice(start, end).arrayBuffer()),
    url: () => Promise.resolve(null),
    close: () => {
      closed.abort();
      pool.cancel(id);
      keeper.dropDownload(planned.plan).catch(() => undefined);
    },
  };
}
