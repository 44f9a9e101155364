import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { useText } from '../../lib/i18n';
import { useWindowKeys } from '../../lib/useWindowKeys';
import { useNotify } from '../../ui/Notices';
import { useAttempt } from '../errors/useAttempt';
import { UndoSteps } from './undoSteps';
import { UndoContext, type Undoable } from './useUndo';

interface Step extends Undoable {
  /** Takes the message away that offered it. */
  dismiss: () => void;
}

/** Keeps what can be undone: by the button of its message, and by Ctrl+Z long after that is gone. */
export function UndoKeeper({ children }: { children: ReactNode }) {
  const { t } = useText();
  const notify = useNotify();
  const attempt = useAttempt();
  const [steps] = useState(() => new UndoSteps<Step>());

  const undo = useCallback(
    (which: () => Step | undefined, meant?: Promise<void>) =>
      steps.inTurn(async () => {
        const step = which();
        if (step === undefined || !steps.has(step)) return;
        step.dismiss();
        if (await attempt(() => steps.undo(step))) notify({ text: step.undone });
      }, meant),
    [attempt, notify, steps],
  );

  const doUndoable = useCallback(
    (act: () => Promise<Undoable | null>) =>
      steps.during(async () => {
        const undoable = await act();
        if (undoable === null) return;
        const step: Step = { ...undoable, dismiss: () => undefined };
        steps.add(step);
        step.dismiss = notify({
          text: undoable.done,
          action: { label: t('files.undo'), shortcut: t('key.undo'), run: () => void undo(() => step) },
        });
      }),
    [notify, steps, t, undo],
  );

  const forgetUndo = useCallback(
    (gone: readonly string[]) => {
      for (const step of steps.forget(new Set(gone))) step.dismiss();
    },
    [steps],
  );

  useWindowKeys((event) => {
    if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || !steps.hasAny) return;
    event.preventDefault();
    void undo(() => steps.latest(), steps.act);
  });

  const keeper = useMemo(() => ({ doUndoable, forgetUndo }), [doUndoable, forgetUndo]);
  return <UndoContext value={keeper}>{children}</UndoContext>;
}
