import { useRef, useState, type SubmitEvent } from 'react';
import { Link } from '@tanstack/react-router';
import { emailProblem } from '../../lib/email';
import { useText } from '../../lib/i18n';
import type { Task } from '../../lib/useTask';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/TextField';
import { ErrorMessage } from '../errors/ErrorMessage';
import { ProgressNote } from './ProgressNote';
import { isSameWord } from './quiz';
import css from './Entering.module.css';

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
  const [typed, setTyped] = useState<Readonly<Record<number, string>>>({});
  const [isChecked, setChecked] = useState(false);
  const [asksEmail, setAsksEmail] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  const isEmailRefused = task.error?.code === 'EMAIL_TAKEN' || task.error?.code === 'VALIDATION_ERROR';
  if (isEmailRefused && !asksEmail) setAsksEmail(true);

  const isRight = (place: number) => isSameWord(typed[place] ?? '', phrase[place]);
  const problem = emailProblem(email);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    const wrong = places.find((place) => !isRight(place));
    if (wrong !== undefined) return form.current?.querySelector<HTMLInputElement>(`[name="word-${String(wrong)}"]`)?.focus();
    if (problem === null) onComplete();
  };

  return (
    <form ref={form} className={css.form} noValidate onSubmit={submit}>
      <p className={css.lead}>{t('check.text')}</p>
      <div className={css.checks}>
        {places.map((place) => (
          <TextField
            key={place}
            label={t('check.word', { number: place + 1 })}
            name={`word-${String(place)}`}
            autoComplete="off"
            isMonospace
            value={typed[place] ?? ''}
            onChange={(word) => setTyped({ ...typed, [place]: word })}
            error={isChecked && !isRight(place) ? t((typed[place] ?? '') === '' ? 'check.empty' : 'check.wrong', { number: place + 1 }) : undefined}
          />
        ))}
      </div>
      {task.error !== null && (
        <ErrorMessage
          error={task.error}
          actions={task.error.code === 'EMAIL_TAKEN' ? <Link to="/sign-in">{t('signUp.signIn')}</Link> : undefined}
        />
      )}
      {asksEmail && (
        <TextField
          label={t('field.email')}
          type="email"
          name="email"
          autoComplete="username"
          value={email}
          onChange={onEmail}
          error={isChecked && problem !== null ? t(`field.email.${problem}`) : undefined}
        />
      )}
      <div className={css.end}>
        <Button look="quiet" onPress={onBack} isDisabled={task.isBusy}>
          {t('check.see')}
        </Button>
        <Button type="submit" look="primary" isWide isBusy={task.isBusy}>
          {t(task.isBusy ? 'check.busy' : 'check.action')}
        </Button>
      </div>
      <ProgressNote isBusy={task.isBusy} />
    </form>
  );
}
