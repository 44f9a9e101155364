import { createContext, useContext } from 'react';

/** Something that was done and can be taken back. */
export interface Undoable {
  /** What was done, in words. */
  done: string;
  /** What is said once it was taken back. */
  undone: string;
  /** The entries that it was done to. */
  about: readonly string[];
  /** Is given those of them that are not gone for good. */
  undo: (about: readonly string[]) => Promise<void>;
}

interface Undo {
  /** Does something, tells that it was done, and offers to take it back, unless `act` gives `null`. Rejects as `act` does. */
  doUndoable: (act: () => Promise<Undoable | null>) => Promise<void>;
  /** What was deleted for good cannot be brought back by undoing what was done to it before. */
  forgetUndo: (gone: readonly string[]) => void;
}

export const UndoContext = createContext<Undo>({
  doUndoable: async (act) => {
    await act();
  },
  forgetUndo: () => undefined,
});

export function useUndo(): Undo {
  return useContext(UndoContext);
}
