import { createContext, useContext } from 'react';
import type { Phase } from '../app/contract';

export type Unlocked = Extract<Phase, { name: 'unlocked' }>;

/** Whose vault is open. Pages inside the frame are only ever shown with one. */
export const UnlockedContext = createContext<Unlocked | null>(null);

export function useUnlocked(): Unlocked {
  const unlocked = useContext(UnlockedContext);
  if (unlocked === null) throw new Error('this page needs an open vault around it');
  return unlocked;
}
