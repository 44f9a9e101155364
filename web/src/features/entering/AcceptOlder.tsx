import { useEffect, useState, type SubmitEvent } from 'react';
import type { OlderAccount } from '../../app/contract';
import { useApp } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { usePageTitle } from '../../lib/pageTitle';
import { useTask } from '../../lib/useTask';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { PasswordField } from '../../ui/PasswordField';
import { ErrorMessage } from '../errors/ErrorMessage';
import { KnownEmail } from './EmailField';
import css from './Entering.module.css';
import { EnteringFrame } from './EnteringFrame';
import { NewPasswordFields, useNewPassword } from './NewPassword';
import { ProgressNote } from './ProgressNote';

/** The way out after a backup was restored: the password of then, what is older, and the person's word. */
export default function AcceptOlder({ email, onBack }: { email: string; onBack: () => void }) {
  const { t } = useText();
  const app = useApp();
  const task = useTask();
  const [password, setPassword] = useState('');
  const [isChecked, setChecked] = useState(false);
  const [older, setOlder] = useState<OlderAccount | null>(null);
  const next = useNewPassword(email);
  usePageTitle(t('older.title'));
  useEffect(() => () => older?.discard(), [older]);

  const look = async (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (password === '') return;
    await task.run(async () => setOlder(await app.openOlder(email, password)));
  };
  const accept = async (event: SubmitEvent) => {
    event.preventDefault();
    if (older === null || (older.state !== null && !(await next.check()))) return;
    await task.run(() => older.accept(older.state === null ? null : next.password));
  };

  const action = (label: 'older.open' | 'older.accept') => (
    <>
      {task.error !== null && <ErrorMessage error={task.error} />}
      <Button type="submit" look="primary" isWide isBusy={task.isBusy}>
        {t(task.isBusy ? 'older.busy' : label)}
      </Button>
      <ProgressNote isBusy={task.isBusy} />
    </>
  );
  return (
    <EnteringFrame
      title={t('older.title')}
      footer={
        <Button look="quiet" onPress={onBack}>
          {t('older.back')}
        </Button>
      }
    >
      {older === null ? (
        <form className={css.form} noValidate onSubmit={(event) => void look(event)}>
          <p className={css.lead}>{t('older.text')}</p>
          <KnownEmail email={email} />
          <PasswordField
            label={t('older.password')}
            showLabel={t('field.password.show')}
            hideLabel={t('field.password.hide')}
            name="password"
            autoComplete="current-password"
            value={password}
            onChange={setPassword}
            error={isChecked && password === '' ? t('field.password.empty') : undefined}
          />
          {action('older.open')}
        </form>
      ) : (
        <form className={css.form} noValidate onSubmit={(event) => void accept(event)}>
          <Banner tone="trust" isAlert>
            {older.state !== null && <p>{t('older.state', { ...older.state })}</p>}
            {older.pins !== null && <p>{t('older.pins', { ...older.pins })}</p>}
          </Banner>
          <p>{t('older.folders')}</p>
          {older.state !== null && (
            <>
              <p>{t('older.new')}</p>
              <NewPasswordFields value={next} label={t('settings.password.new')} confirmLabel={t('settings.password.confirm')} />
            </>
          )}
          {action('older.accept')}
        </form>
      )}
    </EnteringFrame>
  );
}
