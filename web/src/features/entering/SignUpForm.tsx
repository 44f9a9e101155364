import { useRef, useState, type SubmitEvent } from 'react';
import { emailProblem } from '../../lib/email';
import { useText } from '../../lib/i18n';
import type { Task } from '../../lib/useTask';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/TextField';
import { ErrorMessage } from '../errors/ErrorMessage';
import { NewPasswordFields, type NewPassword } from './NewPassword';
import { ProgressNote } from './ProgressNote';
import css from './Entering.module.css';

interface SignUpFormProps {
  task: Task;
  email: string;
  onEmail: (email: string) => void;
  password: NewPassword;
  onNext: () => void;
}

export function SignUpForm({ task, email, onEmail, password, onNext }: SignUpFormProps) {
  const { t } = useText();
  const [isChecked, setChecked] = useState(false);
  const emailField = useRef<HTMLInputElement>(null);
  const problem = emailProblem(email);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (problem !== null) return emailField.current?.focus();
    if (await password.check()) onNext();
  };

  return (
    <form className={css.form} noValidate onSubmit={(event) => void submit(event)}>
      <TextField
        label={t('field.email')}
        type="email"
        name="email"
        autoComplete="username"
        value={email}
        onChange={onEmail}
        inputRef={emailField}
        error={isChecked && problem !== null ? t(`field.email.${problem}`) : undefined}
      />
      <NewPasswordFields value={password} label={t('field.password')} confirmLabel={t('signUp.confirm')} />
      <Banner tone="warning" title={t('signUp.noReset')}>
        <p>{t('signUp.noReset.text')}</p>
      </Banner>
      {task.error !== null && <ErrorMessage error={task.error} />}
      <Button type="submit" look="primary" isWide isBusy={task.isBusy}>
        {t(task.isBusy ? 'signUp.next.busy' : 'signUp.next')}
      </Button>
      <ProgressNote isBusy={task.isBusy} />
    </form>
  );
}
