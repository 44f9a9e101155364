import { useCallback } from 'react';
import { useApp } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { useAttempt } from '../errors/useAttempt';
import { useUndo } from '../undo/useUndo';

export interface Moving {
  /** Moves what is not there yet; rejects with an `AppError`. */
  move: (nodes: readonly string[], to: string) => Promise<void>;
  /** The same; a message tells of what goes wrong. */
  tryToMove: (nodes: readonly string[], to: string) => void;
}

/** Moves things into a folder, and offers to take that back. `onDone` is told what was moved. */
export function useMoving(onDone: (ids: readonly string[]) => void): Moving {
  const { t } = useText();
  const app = useApp();
  const attempt = useAttempt();
  const { doUndoable } = useUndo();

  const move = useCallback(
    (nodes: readonly string[], to: string) =>
      doUndoable(async () => {
        const [target, ...known] = await Promise.all([to, ...nodes].map((node) => app.entry(node)));
        const moved = known.filter((entry): entry is Entry => entry !== null && entry.folder !== to);
        const [first] = moved;
        if (first === undefined) return null;
        const ids = moved.map(({ id }) => id);
        await app.move(ids, to);
        onDone(ids);
        const values = { count: moved.length, name: first.name };
        return {
          done: t('move.done', { ...values, folder: target?.name || t('files.title') }),
          undone: t('move.undone', values),
          about: ids,
          undo: async (still) => {
            const back = moved.filter(({ id }) => still.includes(id));
            for (const [from, entries] of Map.groupBy(back, ({ folder }) => folder)) await app.move(entries.map(({ id }) => id), from);
          },
        };
      }),
    [app, doUndoable, onDone, t],
  );
  const tryToMove = useCallback((nodes: readonly string[], to: string) => void attempt(() => move(nodes, to)), [attempt, move]);
  return { move, tryToMove };
}
