import { useCallback } from 'react';
import { useApp } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { useNotify } from '../../ui/Notices';
import { useAttempt } from '../errors/useAttempt';
import { useUndo } from '../undo/useUndo';

interface TrashActions {
  restore: (entries: readonly Entry[]) => void;
  /** Rejects with an `AppError`, for the dialog that asked. */
  purge: (entries: readonly Entry[]) => Promise<void>;
}

/** `onDone` is told what an action was about. */
export function useTrashActions(onDone: (ids: readonly string[]) => void): TrashActions {
  const { t } = useText();
  const app = useApp();
  const notify = useNotify();
  const attempt = useAttempt();
  const { doUndoable, forgetUndo } = useUndo();

  const restore = useCallback(
    (entries: readonly Entry[]) => {
      const ids = entries.map((entry) => entry.id);
      const values = { count: entries.length, name: entries[0]?.name ?? '' };
      const act = async () => {
        await app.restore(ids);
        onDone(ids);
        return {
          done: t('trash.restored', values),
          undone: t('files.trashed', values),
          about: ids,
          undo: (still: readonly string[]) => app.trash(still),
        };
      };
      void attempt(() => doUndoable(act));
    },
    [app, attempt, doUndoable, onDone, t],
  );

  const purge = useCallback(
    async (entries: readonly Entry[]) => {
      const ids = entries.map((entry) => entry.id);
      await app.purge(ids);
      forgetUndo(ids);
      onDone(ids);
      notify({ text: t('trash.purged', { count: entries.length, name: entries[0]?.name ?? '' }) });
    },
    [app, forgetUndo, notify, onDone, t],
  );

  return { restore, purge };
}
