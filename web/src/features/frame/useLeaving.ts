import { createContext, useContext } from 'react';

export interface Leaving {
  lock: () => void;
  signOut: () => void;
}

/** Locking and signing out; both ask first when transfers would be stopped. */
export const LeavingContext = createContext<Leaving>({ lock: () => undefined, signOut: () => undefined });

export function useLeaving(): Leaving {
  return useContext(LeavingContext);
}
