import { useRef, useState, type RefObject } from 'react';
import { useText } from '../../lib/i18n';
import { PasswordField } from '../../ui/PasswordField';
import { MIN_SCORE, prepareScoring, scorePassword, useScore, type Score } from './strength';
import { StrengthMeter } from './StrengthMeter';

export interface NewPassword {
  password: string;
  confirm: string;
  score: Score | null;
  problem: 'empty' | 'weak' | 'differs' | null;
  setPassword: (password: string) => void;
  setConfirm: (confirm: string) => void;
  passwordField: RefObject<HTMLInputElement | null>;
  confirmField: RefObject<HTMLInputElement | null>;
  /** True when it may be used; otherwise says why and moves the focus there. */
  check: () => Promise<boolean>;
  reset: () => void;
}

/** A password that is being chosen: typed twice and hard to guess. */
export function useNewPassword(email: string): NewPassword {
  const [password, setPassword] = useState('');
  const [confirm, setConfirm] = useState('');
  const [problem, setProblem] = useState<NewPassword['problem']>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const confirmField = useRef<HTMLInputElement>(null);
  const score = useScore(password, email);

  const check = async () => {
    const found = await findProblem(password, confirm, email);
    setProblem(found);
    if (found === 'differs') confirmField.current?.focus();
    else if (found !== null) passwordField.current?.focus();
    return found === null;
  };

  return {
    password,
    confirm,
    score,
    problem,
    setPassword: (value) => {
      setPassword(value);
      setProblem(null);
    },
    setConfirm: (value) => {
      setConfirm(value);
      if (problem === 'differs') setProblem(null);
    },
    passwordField,
    confirmField,
    check,
    reset: () => {
      setPassword('');
      setConfirm('');
      setProblem(null);
    },
  };
}

interface NewPasswordFieldsProps {
  value: NewPassword;
  label: string;
  confirmLabel: string;
}

export function NewPasswordFields({ value, label, confirmLabel }: NewPasswordFieldsProps) {
  const { t } = useText();
  const words = { empty: t('field.password.empty'), weak: t('error.weakPassword') };
  const showing = { showLabel: t('field.password.show'), hideLabel: t('field.password.hide') };
  return (
    <>
      <div>
        <PasswordField
          {...showing}
          label={label}
          name="new-password"
          autoComplete="new-password"
          hint={t('signUp.password.hint')}
          value={value.password}
          onChange={value.setPassword}
          onFocus={prepareScoring}
          inputRef={value.passwordField}
          error={value.problem === 'empty' || value.problem === 'weak' ? words[value.problem] : undefined}
        />
        <StrengthMeter score={value.score} isEmpty={value.password === ''} isRefused={value.problem === 'weak'} />
      </div>
      <PasswordField
        {...showing}
        label={confirmLabel}
        name="confirm-password"
        autoComplete="new-password"
        value={value.confirm}
        onChange={value.setConfirm}
        inputRef={value.confirmField}
        error={value.problem === 'differs' ? t('signUp.confirm.differs') : undefined}
      />
    </>
  );
}

async function findProblem(password: string, confirm: string, email: string): Promise<NewPassword['problem']> {
  if (password === '') return 'empty';
  if ((await scorePassword(password, email)) < MIN_SCORE) return 'weak';
  return password === confirm ? null : 'differs';
}
