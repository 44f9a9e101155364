import { useEffect, useState, type ReactNode } from 'react';
import { useApp } from '../../app/hooks';
import { watchUnsaved } from '../../lib/unsaved';
import { WishesContext } from './useEditing';
import { Wishes } from './wishes';

/** Keeps what is noted about entries until it is stored, wherever one goes meanwhile; leaving asks about it, and it goes on with the network. */
export function WishKeeper({ children }: { children: ReactNode }) {
  const app = useApp();
  const [wishes] = useState(() => new Wishes(app));
  useEffect(() => {
    const unwatch = watchUnsaved({ isDirty: () => wishes.hasUnsaved, save: () => wishes.flush() });
    const goOn = () => void wishes.flush();
    window.addEventListener('online', goOn);
    return () => {
      unwatch();
      window.removeEventListener('online', goOn);
    };
  }, [wishes]);
  return <WishesContext value={wishes}>{children}</WishesContext>;
}
