import { useCallback } from 'react';
import { useApp } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { asAppError } from '../../lib/appError';
import { useText } from '../../lib/i18n';
import { useNotify } from '../../ui/Notices';
import { errorWords } from '../errors/errorWords';

interface TrashActions {
  restore: (entries: readonly Entry[]) => Promise<void>;
  /** Rejects with an `AppError`, for the dialog that asked. */
  purge: (entries: readonly Entry[]) => Promise<void>;
}

export function useTrashActions(folder: string, onDone: () => void): TrashActions {
  const { t, locale } = useText();
  const app = useApp();
  const notify = useNotify();

  const restore = useCallback(
    async (entries: readonly Entry[]) => {
      try {
        await app.restore(
          folder,
          entries.map((entry) => entry.id),
        );
        onDone();
        notify({ text: t('trash.restored', { count: entries.length, name: entries[0]?.name ?? '' }) });
      } catch (reason) {
        notify({ text: errorWords(asAppError(reason), t, locale), isProblem: true });
      }
    },
    [app, folder, notify, onDone, t, locale],
  );

  const purge = useCallback(
    async (entries: readonly Entry[]) => {
      await app.purge(
        folder,
        entries.map((entry) => entry.id),
      );
      onDone();
      notify({ text: t('trash.purged', { count: entries.length, name: entries[0]?.name ?? '' }) });
    },
    [app, folder, notify, onDone, t],
  );

  return { restore, purge };
}
