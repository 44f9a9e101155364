import { useRef, useState, type SubmitEvent } from 'react';
import { emailProblem } from '../../lib/email';
import { useText } from '../../lib/i18n';
import type { Task } from '../../lib/useTask';
import { Banner } from '../../ui/Banner';
import { EmailField } from './EmailField';
import { NewPasswordFields, type NewPassword } from './NewPassword';
import { SubmitStep } from './SubmitStep';
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

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (emailProblem(email) !== null) return emailField.current?.focus();
    if (await password.check()) onNext();
  };

  return (
    <form className={css.form} noValidate onSubmit={(event) => void submit(event)}>
      <EmailField value={email} onChange={onEmail} isChecked={isChecked} inputRef={emailField} />
      <NewPasswordFields value={password} label={t('field.password')} confirmLabel={t('signUp.confirm')} />
      <Banner tone="warning" title={t('signUp.noReset')}>
        <p>{t('signUp.noReset.text')}</p>
      </Banner>
      <SubmitStep task={task} label={t('signUp.next')} busyLabel={t('signUp.next.busy')} />
    </form>
  );
}
