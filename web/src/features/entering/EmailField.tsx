import type { Ref } from 'react';
import { emailProblem } from '../../lib/email';
import { useText } from '../../lib/i18n';
import { TextField } from '../../ui/TextField';

interface EmailFieldProps {
  value: string;
  onChange: (email: string) => void;
  /** Says what is wrong only after somebody tried to go on. */
  isChecked: boolean;
  inputRef?: Ref<HTMLInputElement>;
}

export function EmailField({ value, onChange, isChecked, inputRef }: EmailFieldProps) {
  const { t } = useText();
  const problem = emailProblem(value);
  return (
    <TextField
      label={t('field.email')}
      type="email"
      name="email"
      autoComplete="username"
      value={value}
      onChange={onChange}
      {...(inputRef !== undefined && { inputRef })}
      error={isChecked && problem !== null ? t(`field.email.${problem}`) : undefined}
    />
  );
}

/** For password managers, which look for the name that belongs to a password. */
export function KnownEmail({ email }: { email: string }) {
  return <input className="visually-hidden" type="email" autoComplete="username" value={email} readOnly tabIndex={-1} aria-hidden="true" />;
}
