import { useRef, useState, type SubmitEvent } from 'react';
import { useApp } from '../../app/hooks';
import { emailProblem } from '../../lib/email';
import { useText } from '../../lib/i18n';
import type { Task } from '../../lib/useTask';
import { Button } from '../../ui/Button';
import { PasswordField } from '../../ui/PasswordField';
import { TextField } from '../../ui/TextField';
import { ErrorMessage } from '../errors/ErrorMessage';
import { ProgressNote } from './ProgressNote';
import css from './Entering.module.css';

interface SignInFormProps {
  task: Task;
  email: string;
  onEmail: (email: string) => void;
}

export function SignInForm({ task, email, onEmail }: SignInFormProps) {
  const { t } = useText();
  const app = useApp();
  const [password, setPassword] = useState('');
  const [isChecked, setChecked] = useState(false);
  const emailField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const problem = emailProblem(email);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (problem !== null) return emailField.current?.focus();
    if (password === '') return passwordField.current?.focus();
    const isIn = await task.run(() => app.signIn(email.trim(), password));
    if (!isIn) passwordField.current?.select();
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
      <PasswordField
        label={t('field.password')}
        showLabel={t('field.password.show')}
        hideLabel={t('field.password.hide')}
        name="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        inputRef={passwordField}
        error={isChecked && password === '' ? t('field.password.empty') : undefined}
      />
      {task.error !== null && <ErrorMessage error={task.error} />}
      <Button type="submit" look="primary" isWide isBusy={task.isBusy}>
        {t(task.isBusy ? 'signIn.busy' : 'signIn.action')}
      </Button>
      <ProgressNote isBusy={task.isBusy} />
    </form>
  );
}
