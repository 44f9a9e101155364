import { Link, Navigate } from '@tanstack/react-router';
import { useEffect, useRef, useState, type SubmitEvent } from 'react';
import type { StartedRecovery } from '../app/contract';
import { useApp, useAppState } from '../app/hooks';
import { AccountRefused, refusalOf } from '../features/entering/AccountRefused';
import { KnownEmail } from '../features/entering/EmailField';
import css from '../features/entering/Entering.module.css';
import { EnteringFrame } from '../features/entering/EnteringFrame';
import { NewPasswordFields, useNewPassword } from '../features/entering/NewPassword';
import { PhraseForm } from '../features/entering/PhraseForm';
import { SubmitStep } from '../features/entering/SubmitStep';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { useTask } from '../lib/useTask';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';

/** A forgotten password: the recovery phrase opens the account, a new password replaces the old one. */
export default function RecoverPage() {
  const { t } = useText();
  const app = useApp();
  const phase = useAppState((state) => state.phase);
  const task = useTask();
  const [email, setEmail] = useState(phase.name === 'locked' ? phase.email : '');
  const [started, setStarted] = useState<StartedRecovery | null>(null);
  const forget = useRef<StartedRecovery | null>(null);
  const password = useNewPassword(email);
  const refusal = refusalOf(task.error?.code);
  const title = t(started === null ? 'recover.title' : 'recover.password.title');
  usePageTitle(refusal === null ? title : t('refused.title'));

  // Keys that were opened but never used are wiped when the page is left.
  useEffect(() => () => forget.current?.discard(), []);

  if (phase.name === 'unlocked') return <Navigate to="/files" replace />;
  if (refusal !== null) return <AccountRefused code={refusal} email={email.trim()} onRetry={task.clear} />;

  const start = (phrase: string) =>
    void task.run(async () => {
      const recovery = await app.startRecovery(email.trim(), phrase);
      forget.current = recovery;
      setStarted(recovery);
    });
  const complete = async (event: SubmitEvent) => {
    event.preventDefault();
    if (started === null || !(await password.check())) return;
    await task.run(async () => {
      // Once it is complete this page goes away, and the account must not be wiped with it.
      forget.current = null;
      try {
        await started.complete(password.password);
      } catch (reason) {
        forget.current = started;
        throw reason;
      }
    });
  };
  const again = () => {
    started?.discard();
    forget.current = null;
    task.clear();
    setStarted(null);
  };

  return (
    <EnteringFrame
      title={title}
      step={t('signUp.step', { step: started === null ? 1 : 2, steps: 2 })}
      footer={<Link to="/sign-in">{t(phase.name === 'locked' ? 'recover.unlock' : 'recover.signIn')}</Link>}
    >
      {started === null ? (
        <PhraseForm task={task} email={email} onEmail={setEmail} onPhrase={start} />
      ) : (
        <form className={css.form} noValidate onSubmit={(event) => void complete(event)}>
          <Banner tone="info" title={t('recover.right')}>
            <p>{t('recover.right.text')}</p>
          </Banner>
          <KnownEmail email={email} />
          <NewPasswordFields value={password} label={t('settings.password.new')} confirmLabel={t('settings.password.confirm')} />
          <SubmitStep
            task={task}
            label={t('recover.complete')}
            busyLabel={t('settings.password.busy')}
            actions={task.error?.code === 'recovery-expired' ? <Button onPress={again}>{t('recover.again')}</Button> : undefined}
          />
        </form>
      )}
    </EnteringFrame>
  );
}
