import { lazy, Suspense, useCallback, useMemo, useState, type ReactNode } from 'react';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { useNotify } from '../../ui/Notices';
import { setClipboard, useClipboard, type Clipboard } from './clipboard';
import { useCopying } from './useCopying';
import { useMoving } from './useMoving';

const MoveDialog = lazy(() => import('./MoveDialog'));

/** Either of the two ways to put something elsewhere. */
export type PlaceKind = 'move' | 'copy';

export interface Placing {
  /** Opens the dialog in which the folder is chosen. */
  ask: (kind: PlaceKind, entries: readonly Entry[]) => void;
  /** Keeps them to be pasted. */
  take: (kind: Clipboard['kind'], entries: readonly Entry[]) => void;
  /** What waits to be pasted. */
  held: Clipboard;
  /** What was cut is moved, once; what was copied is copied, as often as one likes. */
  paste: (to: string) => void;
  /** Moves what was dragged. */
  drop: (nodes: readonly string[], to: string) => void;
  dialog: ReactNode;
}

/** Moving and copying: by the dialog, by the clipboard, and by dragging. `here` is the folder that is shown, if one is. */
export function usePlacing({ here, onGoTo, onDone }: { here?: string; onGoTo: (folder: string) => void; onDone: (ids: readonly string[]) => void }): Placing {
  const { t } = useText();
  const notify = useNotify();
  const { move, tryToMove } = useMoving(onDone);
  const { copy } = useCopying();
  const held = useClipboard();
  const [asked, setAsked] = useState<{ kind: PlaceKind; entries: readonly Entry[] } | null>(null);

  const copyTo = useCallback((nodes: readonly string[], to: string) => copy(nodes, to, to === here ? undefined : () => onGoTo(to)), [copy, here, onGoTo]);
  const ask = useCallback((kind: PlaceKind, entries: readonly Entry[]) => setAsked({ kind, entries }), []);
  const take = useCallback(
    (kind: Clipboard['kind'], entries: readonly Entry[]) => {
      const [first] = entries;
      if (first === undefined) return;
      setClipboard(kind, entries.map(({ id }) => id));
      notify({ text: t(`move.${kind}.done`, { count: entries.length, name: first.name }) });
    },
    [notify, t],
  );
  const paste = useCallback(
    (to: string) => {
      if (held.kind === 'copy') copyTo(held.nodes, to);
      else {
        setClipboard('cut', []);
        tryToMove(held.nodes, to);
      }
    },
    [held, copyTo, tryToMove],
  );
  const onPlace = useCallback(
    async (nodes: readonly string[], to: string) => {
      if (asked?.kind !== 'copy') return move(nodes, to);
      copyTo(nodes, to);
      onDone(nodes);
    },
    [asked, copyTo, move, onDone],
  );

  const [first] = asked?.entries ?? [];
  const dialog = asked !== null && first !== undefined && (
    <Suspense fallback={null}>
      <MoveDialog kind={asked.kind} entries={asked.entries} from={first.folder} onPlace={onPlace} onClose={() => setAsked(null)} />
    </Suspense>
  );
  const actions = useMemo(() => ({ ask, take, held, paste, drop: tryToMove }), [ask, take, held, paste, tryToMove]);
  return { ...actions, dialog };
}
