import { createContext, useContext } from 'react';

/** Something that was done and can be taken back. */
export interface Undoable {
  /** What was done, in words. */
  done: string;
  /** What is said once it was taken back. */
  undone: string;
  undo: () => Promise<void>;
}

export const UndoContext = createContext<(undoable: Undoable) => void>(() => undefined);

/** Tells that something was done, and offers to take it back. */
export function useUndo(): (undoable: Undoable) => void {
  return useContext(UndoContext);
}
