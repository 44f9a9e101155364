import { useCallback, useRef, type ReactNode } from 'react';
import { useText } from '../../lib/i18n';
import { useWindowKeys } from '../../lib/useWindowKeys';
import { useNotify } from '../../ui/Notices';
import { useAttempt } from '../errors/useAttempt';
import { UndoContext, type Undoable } from './useUndo';

/** More steps than anybody remembers. */
const KEPT = 50;

interface Step {
  undoable: Undoable;
  /** Takes the message away that offered it. */
  dismiss: () => void;
}

/** Keeps what can be undone: by the button of its message, and by Ctrl+Z long after that is gone. */
export function UndoKeeper({ children }: { children: ReactNode }) {
  const { t } = useText();
  const notify = useNotify();
  const attempt = useAttempt();
  const steps = useRef<Step[]>([]);

  const undo = useCallback(
    async (step: Step) => {
      if (!steps.current.includes(step)) return;
      steps.current = steps.current.filter((other) => other !== step);
      step.dismiss();
      if (await attempt(step.undoable.undo)) notify({ text: step.undoable.undone });
      // What failed, because there was no network for instance, can be tried again.
      else steps.current.push(step);
    },
    [attempt, notify],
  );

  const offer = useCallback(
    (undoable: Undoable) => {
      const step: Step = { undoable, dismiss: () => undefined };
      steps.current = [...steps.current, step].slice(-KEPT);
      step.dismiss = notify({
        text: undoable.done,
        action: { label: t('files.undo'), shortcut: t('key.undo'), run: () => void undo(step) },
      });
    },
    [notify, t, undo],
  );

  useWindowKeys((event) => {
    const step = steps.current.at(-1);
    if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || step === undefined) return;
    event.preventDefault();
    void undo(step);
  });

  return <UndoContext value={offer}>{children}</UndoContext>;
}
