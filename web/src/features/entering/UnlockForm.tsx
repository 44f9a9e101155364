import { useRef, useState, type SubmitEvent } from 'react';
import { useApp } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import type { Task } from '../../lib/useTask';
import { Button } from '../../ui/Button';
import { PasswordField } from '../../ui/PasswordField';
import { ErrorMessage } from '../errors/ErrorMessage';
import { ProgressNote } from './ProgressNote';
import css from './Entering.module.css';

export function UnlockForm({ task, email }: { task: Task; email: string }) {
  const { t } = useText();
  const app = useApp();
  const [password, setPassword] = useState('');
  const [isChecked, setChecked] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (password === '') return field.current?.focus();
    const isOpen = await task.run(() => app.unlock(password));
    if (!isOpen) field.current?.select();
  };

  return (
    <form className={css.form} noValidate onSubmit={(event) => void submit(event)}>
      {/* For password managers, which look for the name that belongs to a password. */}
      <input className="visually-hidden" type="email" autoComplete="username" value={email} readOnly tabIndex={-1} aria-hidden="true" />
      <PasswordField
        label={t('field.password')}
        showLabel={t('field.password.show')}
        hideLabel={t('field.password.hide')}
        name="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        inputRef={field}
        error={isChecked && password === '' ? t('field.password.empty') : undefined}
      />
      {task.error !== null && <ErrorMessage error={task.error} />}
      <Button type="submit" look="primary" isWide isBusy={task.isBusy}>
        {t(task.isBusy ? 'unlock.busy' : 'unlock.action')}
      </Button>
      <ProgressNote isBusy={task.isBusy} />
    </form>
  );
}
