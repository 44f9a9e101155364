import { useCallback, useMemo, useState } from 'react';
import type { App } from '../../app/contract';
import { useApp } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { Problem } from '../../lib/problem';
import { useAttempt } from '../errors/useAttempt';
import { useUndo } from '../undo/useUndo';

/** Without a service worker downloads are put together in memory; from here on that is worth a question. */
const LARGE = 1024 ** 3;

export interface FileActions {
  download: (entries: readonly Entry[]) => void;
  trash: (entries: readonly Entry[]) => void;
  /** Rejects with an `AppError`, for the field that asked. */
  rename: (entry: Entry, name: string) => Promise<void>;
  /** The large download that waits for an answer. */
  asking: readonly Entry[];
  downloadAnyway: () => void;
  stopAsking: () => void;
}

/** What the toolbar, the keys and the menus do, with their messages. `onDone` is told what an action was about. */
export function useFileActions(onDone: (ids: readonly string[]) => void): FileActions {
  const { t } = useText();
  const app = useApp();
  const attempt = useAttempt();
  const { doUndoable } = useUndo();
  const [asking, setAsking] = useState<readonly Entry[]>([]);

  const download = useCallback(
    (entries: readonly Entry[]) => {
      const bytes = entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0);
      if (bytes > LARGE && !app.streamsToDisk()) setAsking(entries);
      else downloadAll(app, entries);
    },
    [app],
  );

  const trash = useCallback(
    (entries: readonly Entry[]) => {
      const [first] = entries;
      if (first === undefined) return;
      const ids = entries.map((entry) => entry.id);
      const values = { count: ids.length, name: first.name };
      const act = async () => {
        await app.trash(ids);
        onDone(ids);
        return {
          done: t('files.trashed', values),
          undone: t('files.undone', values),
          about: ids,
          undo: (still: readonly string[]) => app.restore(still),
        };
      };
      void attempt(() => doUndoable(act));
    },
    [app, attempt, doUndoable, onDone, t],
  );

  const rename = useCallback(
    ({ id, folder, name: before }: Entry, name: string) =>
      doUndoable(async () => {
        await app.rename(id, name);
        return {
          done: t('files.renamed', { before, name }),
          undone: t('files.renamed', { before: name, name: before }),
          about: [id],
          undo: async () => {
            await app.refreshFolder(folder);
            const now = (await app.entry(id))?.name;
            // What somebody else has called it meanwhile is theirs to undo.
            if (now !== undefined && now !== name) throw new Problem({ code: 'changed-since', message: 'It has another name now.' });
            await app.rename(id, before);
          },
        };
      }),
    [app, doUndoable, t],
  );

  const stopAsking = useCallback(() => setAsking([]), []);
  const downloadAnyway = useCallback(() => {
    downloadAll(app, asking);
    setAsking([]);
  }, [app, asking]);

  return useMemo(
    () => ({ download, trash, rename, asking, downloadAnyway, stopAsking }),
    [download, trash, rename, asking, downloadAnyway, stopAsking],
  );
}

/** What was found together may be in different folders, and comes together all the same. */
function downloadAll(app: App, entries: readonly Entry[]): void {
  const [first] = entries;
  if (first !== undefined) app.download(first.folder, entries);
}
