import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { emailProblem } from '../../lib/email';
import { useText } from '../../lib/i18n';
import type { Task } from '../../lib/useTask';
import { ErrorMessage } from '../errors/ErrorMessage';
import { EmailField } from './EmailField';
import { PhraseQuiz } from './PhraseQuiz';

interface CheckStepProps {
  task: Task;
  phrase: readonly string[];
  /** The places asked back, counted from 0. */
  places: readonly number[];
  email: string;
  onEmail: (email: string) => void;
  onBack: () => void;
  onComplete: () => void;
}

/** Asks three words back and then makes the account. If the email is refused, only the email is asked again. */
export function CheckStep({ task, phrase, places, email, onEmail, onBack, onComplete }: CheckStepProps) {
  const { t } = useText();
  const [asksEmail, setAsksEmail] = useState(false);
  const isEmailRefused = task.error?.code === 'EMAIL_TAKEN' || task.error?.code === 'VALIDATION_ERROR';
  if (isEmailRefused && !asksEmail) setAsksEmail(true);

  return (
    <PhraseQuiz
      task={task}
      phrase={phrase}
      places={places}
      onBack={onBack}
      onRight={() => {
        if (emailProblem(email) === null) onComplete();
      }}
      label={t('check.action')}
      busyLabel={t('check.busy')}
    >
      {task.error !== null && (
        <ErrorMessage
          error={task.error}
          actions={task.error.code === 'EMAIL_TAKEN' ? <Link to="/sign-in">{t('signUp.signIn')}</Link> : undefined}
        />
      )}
      {asksEmail && <EmailField value={email} onChange={onEmail} isChecked />}
    </PhraseQuiz>
  );
}
