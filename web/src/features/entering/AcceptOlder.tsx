import { useEffect, useState, type SubmitEvent } from 'react';
import type { OlderAccount } from '../../app/contract';
import { useApp } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { usePageTitle } from '../../lib/pageTitle';
import { useTask } from '../../lib/useTask';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { KnownEmail } from './EmailField';
import css from './Entering.module.css';
import { EnteringFrame } from './EnteringFrame';
import { NewPasswordFields, useNewPassword } from './NewPassword';
import { PasswordAsked } from './PasswordAsked';
import { SubmitStep } from './SubmitStep';

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
          <PasswordAsked label={t('older.password')} name="password" value={password} onChange={setPassword} isChecked={isChecked} />
          <SubmitStep task={task} label={t('older.open')} busyLabel={t('older.busy')} />
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
          <SubmitStep task={task} label={t('older.accept')} busyLabel={t('older.busy')} />
        </form>
      )}
    </EnteringFrame>
  );
}
