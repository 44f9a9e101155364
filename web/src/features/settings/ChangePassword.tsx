import { useRef, useState, type SubmitEvent } from 'react';
import { useApp } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { useTask } from '../../lib/useTask';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { KnownEmail } from '../entering/EmailField';
import { NewPasswordFields, useNewPassword } from '../entering/NewPassword';
import { PasswordAsked } from '../entering/PasswordAsked';
import { ProgressNote } from '../entering/ProgressNote';
import { ErrorMessage } from '../errors/ErrorMessage';
import css from './Settings.module.css';

type CurrentProblem = 'empty' | 'same' | null;

export function ChangePassword({ email }: { email: string }) {
  const { t } = useText();
  const app = useApp();
  const task = useTask();
  const [current, setCurrent] = useState('');
  const [problem, setProblem] = useState<CurrentProblem>(null);
  const [isDone, setDone] = useState(false);
  const next = useNewPassword(email);
  const currentField = useRef<HTMLInputElement>(null);
  const words = { empty: t('field.password.empty'), same: t('settings.password.same') };
  // The server and the vault say the same in two ways; here it can only be the current password.
  const isCurrentWrong = task.error?.code === 'wrong-password' || task.error?.code === 'INVALID_CREDENTIALS';

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setDone(false);
    const found = current === '' ? 'empty' : current === next.password ? 'same' : null;
    setProblem(found);
    if (found !== null) return currentField.current?.focus();
    if (!(await next.check())) return;
    const isChanged = await task.run(() => app.changePassword(current, next.password));
    if (!isChanged) return currentField.current?.focus();
    setCurrent('');
    next.reset();
    setDone(true);
  };

  return (
    <form className={css.form} noValidate onSubmit={(event) => void submit(event)}>
      <KnownEmail email={email} />
      <PasswordAsked
        label={t('settings.password.current')}
        name="current-password"
        value={current}
        onChange={(value) => {
          setCurrent(value);
          setProblem(null);
          task.clear();
        }}
        inputRef={currentField}
        error={problem !== null ? words[problem] : isCurrentWrong ? t('error.wrongPassword') : undefined}
      />
      <NewPasswordFields value={next} label={t('settings.password.new')} confirmLabel={t('settings.password.confirm')} />
      {task.error !== null && !isCurrentWrong && <ErrorMessage error={task.error} />}
      <div role="status">
        {isDone && (
          <Banner tone="info">
            <p>{t('settings.password.done')}</p>
          </Banner>
        )}
      </div>
      <div>
        <Button type="submit" look="primary" isBusy={task.isBusy}>
          {t(task.isBusy ? 'settings.password.busy' : 'settings.password.action')}
        </Button>
      </div>
      <ProgressNote isBusy={task.isBusy} />
    </form>
  );
}
