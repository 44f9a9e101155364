import { createContext, useCallback, useContext, useMemo, useSyncExternalStore } from 'react';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { useNotify } from '../../ui/Notices';
import { useAttempt } from '../errors/useAttempt';
import type { OpenWish, Wish, Wishes } from './wishes';

/** Of the vault that is open. */
export const WishesContext = createContext<Wishes | null>(null);

function useWishes(): Wishes {
  const wishes = useContext(WishesContext);
  if (wishes === null) throw new Error('useEditing needs a WishKeeper around it');
  return wishes;
}

export interface Editing {
  note: (id: string, wish: Wish) => void;
  /** Stars it, or takes the star away. */
  toggleStar: (entry: Entry) => void;
  /** Stars all of them, or takes the stars away when all have one; says so. */
  star: (entries: readonly Entry[]) => void;
}

/** Changes what is noted about entries; a message tells of what goes wrong. */
export function useEditing(): Editing {
  const { t } = useText();
  const wishes = useWishes();
  const notify = useNotify();
  const attempt = useAttempt();
  const note = useCallback((id: string, wish: Wish) => void attempt(() => wishes.note(id, wish)), [attempt, wishes]);
  const toggleStar = useCallback((entry: Entry) => void attempt(() => wishes.star([entry.id], !wishes.isStarred(entry))), [attempt, wishes]);
  const star = useCallback(
    (entries: readonly Entry[]) => {
      const [first] = entries;
      if (first === undefined) return;
      const starred = !entries.every((entry) => wishes.isStarred(entry));
      void attempt(async () => {
        await wishes.star(entries.map(({ id }) => id), starred);
        notify({ text: t(starred ? 'star.added' : 'star.removed', { count: entries.length, name: first.name }) });
      });
    },
    [attempt, notify, t, wishes],
  );
  return useMemo(() => ({ note, toggleStar, star }), [note, toggleStar, star]);
}

/** What is wished for an entry and not known to be stored. */
export function useWish(id: string): OpenWish | undefined {
  const wishes = useWishes();
  return useSyncExternalStore(useCallback((listener) => wishes.subscribe(listener), [wishes]), () => wishes.of(id));
}
