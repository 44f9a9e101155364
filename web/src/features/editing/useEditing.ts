import { useCallback, useMemo } from 'react';
import { useApp } from '../../app/hooks';
import type { Entry, EntryEdit } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { useNotify } from '../../ui/Notices';
import { useAttempt } from '../errors/useAttempt';

export interface Editing {
  edit: (entry: Entry, change: EntryEdit) => void;
  /** Stars all of them, or takes the stars away when all have one; says so. */
  star: (entries: readonly Entry[]) => void;
}

/** Changes what is noted about entries; a message tells of what goes wrong. */
export function useEditing(): Editing {
  const { t } = useText();
  const app = useApp();
  const notify = useNotify();
  const attempt = useAttempt();
  const edit = useCallback((entry: Entry, change: EntryEdit) => void attempt(() => app.edit([entry.id], change)), [app, attempt]);
  const star = useCallback(
    (entries: readonly Entry[]) => {
      const [first] = entries;
      if (first === undefined) return;
      const starred = !entries.every((entry) => entry.starred);
      void attempt(async () => {
        await app.edit(entries.map(({ id }) => id), { starred });
        notify({ text: t(starred ? 'star.added' : 'star.removed', { count: entries.length, name: first.name }) });
      });
    },
    [app, attempt, notify, t],
  );
  return useMemo(() => ({ edit, star }), [edit, star]);
}
