import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState, type SubmitEvent } from 'react';
import { useApp } from '../../app/hooks';
import { emailProblem } from '../../lib/email';
import { useText } from '../../lib/i18n';
import type { Task } from '../../lib/useTask';
import { CheckField } from '../../ui/CheckField';
import { EmailField, KnownEmail } from './EmailField';
import css from './Entering.module.css';
import { PasswordAsked } from './PasswordAsked';
import { SubmitStep } from './SubmitStep';

interface PasswordFormProps {
  task: Task;
  email: string;
  /** Without it the email is settled, and only the password is asked. */
  onEmail?: (email: string) => void;
  /** Signs in or unlocks. `keep`: whether to keep this device unlocked, if that was changed. */
  enter: (email: string, password: string, keep?: boolean) => Promise<void>;
  label: string;
  busyLabel: string;
}

/** Asks for the password, and whether this device should stay unlocked. */
export function PasswordForm({ task, email, onEmail, enter, label, busyLabel }: PasswordFormProps) {
  const { t } = useText();
  const [password, setPassword] = useState('');
  const [isChecked, setChecked] = useState(false);
  const keep = useKeepUnlocked();
  const emailField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (onEmail !== undefined && emailProblem(email) !== null) return emailField.current?.focus();
    if (password === '') return passwordField.current?.focus();
    const isIn = await task.run(() => enter(email.trim(), password, keep.isChanged ? keep.isOn : undefined));
    if (!isIn) passwordField.current?.select();
  };

  return (
    <form className={css.form} noValidate onSubmit={(event) => void submit(event)}>
      {onEmail === undefined ? (
        <KnownEmail email={email} />
      ) : (
        <EmailField value={email} onChange={onEmail} isChecked={isChecked} inputRef={emailField} />
      )}
      <div className={css.withLink}>
        <PasswordAsked
          label={t('field.password')}
          name="password"
          value={password}
          onChange={setPassword}
          inputRef={passwordField}
          isChecked={isChecked}
        />
        <Link to="/recover" className={css.forgot}>
          {t('recover.link')}
        </Link>
      </div>
      {keep.isPossible && <CheckField label={t('keep.label')} hint={t('keep.hint')} isSelected={keep.isOn} onChange={keep.set} />}
      <SubmitStep task={task} label={label} busyLabel={busyLabel} />
    </form>
  );
}

/** Whether to keep this device unlocked; off unless it was on before. */
function useKeepUnlocked() {
  const app = useApp();
  const [before, setBefore] = useState<boolean | null>(null);
  const [wanted, setWanted] = useState<boolean | null>(null);
  useEffect(() => {
    let isCurrent = true;
    app.keepUnlocked().then(
      (now) => {
        if (isCurrent) setBefore(now);
      },
      // Then it is not offered.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [app]);
  return {
    isPossible: before !== null,
    isOn: wanted ?? before ?? false,
    isChanged: wanted !== null && wanted !== before,
    set: setWanted,
  };
}
