import { useCallback, useMemo, useState } from 'react';
import { useApp } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { asAppError } from '../../lib/appError';
import { useText } from '../../lib/i18n';
import { useNotify } from '../../ui/Notices';
import { errorWords, operatorHint } from '../errors/errorWords';

/** Downloads are put together in memory; from here on that is worth a question. */
const LARGE = 1024 ** 3;

export interface FileActions {
  download: (entries: readonly Entry[]) => void;
  trash: (entries: readonly Entry[]) => Promise<void>;
  /** The large download that waits for an answer. */
  asking: readonly Entry[];
  downloadAnyway: () => void;
  stopAsking: () => void;
}

/** What the toolbar, the keys and the menus do, with their messages. */
export function useFileActions(folder: string, onDone: () => void): FileActions {
  const { t, locale } = useText();
  const app = useApp();
  const notify = useNotify();
  const [asking, setAsking] = useState<readonly Entry[]>([]);

  const attempt = useCallback(
    async (work: () => Promise<void>) => {
      try {
        await work();
      } catch (reason) {
        const error = asAppError(reason);
        notify({
          text: errorWords(error, t, locale),
          detail: operatorHint(error, t) ?? undefined,
          isProblem: true,
        });
      }
    },
    [notify, t, locale],
  );

  const download = useCallback(
    (entries: readonly Entry[]) => {
      const files = entries.filter((entry) => entry.kind === 'file');
      const bytes = files.reduce((sum, entry) => sum + entry.size, 0);
      if (bytes > LARGE) setAsking(files);
      else if (files.length > 0) app.download(folder, files);
    },
    [app, folder],
  );

  const trash = useCallback(
    async (entries: readonly Entry[]) => {
      const [first] = entries;
      if (first === undefined) return;
      const ids = entries.map((entry) => entry.id);
      const values = { count: ids.length, name: first.name };
      await attempt(async () => {
        await app.trash(folder, ids);
        onDone();
        const undo = () =>
          void attempt(async () => {
            await app.restore(folder, ids);
            notify({ text: t('files.undone', values) });
          });
        notify({ text: t('files.trashed', values), action: { label: t('files.undo'), run: undo } });
      });
    },
    [app, folder, attempt, notify, onDone, t],
  );

  const stopAsking = useCallback(() => setAsking([]), []);
  const downloadAnyway = useCallback(() => {
    app.download(folder, asking);
    setAsking([]);
  }, [app, folder, asking]);

  return useMemo(
    () => ({ download, trash, asking, downloadAnyway, stopAsking }),
    [download, trash, asking, downloadAnyway, stopAsking],
  );
}
