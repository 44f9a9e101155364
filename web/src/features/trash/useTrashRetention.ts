import { useEffect, useRef } from 'react';
import { useApp, useAppState } from '../../app/hooks';
import { retentionOf } from '../../lib/preferences';
import { usePreferences } from '../../lib/usePreferences';
import { dueForPurge } from './dueForPurge';

/** Deletes for good, once after the vault was opened and everything was read, what has been in the trash for as long as its owner chose. */
export function useTrashRetention(userId: string): void {
  const app = useApp();
  const isRead = useAppState((state) => state.tree === 'ready');
  const days = retentionOf(usePreferences(), userId);
  const isDone = useRef(false);
  useEffect(() => {
    if (!isRead || isDone.current || days === null) return;
    isDone.current = true;
    const purge = async () => {
      const due = dueForPurge(await app.trashed(), days, Date.now());
      if (due.length > 0) await app.purge(due);
    };
    // What cannot be deleted now is due the next time as well.
    purge().catch(() => undefined);
  }, [app, isRead, days]);
}
