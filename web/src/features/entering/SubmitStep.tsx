import type { ReactNode } from 'react';
import type { AppError } from '../../app/contract';
import type { Task } from '../../lib/useTask';
import { Button } from '../../ui/Button';
import { ErrorMessage } from '../errors/ErrorMessage';
import { ProgressNote } from './ProgressNote';

interface SubmitStepProps {
  task: Task;
  label: string;
  busyLabel: string;
  /** What to tell instead of the task's own error. */
  error?: AppError | null;
  /** Ways on from the error. */
  actions?: ReactNode;
}

/** How a form of entering ends: what went wrong, the button that sends it, what a long step is doing. */
export function SubmitStep({ task, label, busyLabel, error = task.error, actions }: SubmitStepProps) {
  return (
    <>
      {error !== null && <ErrorMessage error={error} actions={actions} />}
      <Button type="submit" look="primary" isWide isBusy={task.isBusy}>
        {task.isBusy ? busyLabel : label}
      </Button>
      <ProgressNote isBusy={task.isBusy} />
    </>
  );
}
