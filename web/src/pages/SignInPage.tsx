import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useApp, useAppState } from '../app/hooks';
import { AccountRefused, refusalOf } from '../features/entering/AccountRefused';
import { BareAccount } from '../features/entering/BareAccount';
import { EnteringFrame } from '../features/entering/EnteringFrame';
import { PasswordForm } from '../features/entering/PasswordForm';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { useTask } from '../lib/useTask';
import { Banner } from '../ui/Banner';

export default function SignInPage() {
  const { t } = useText();
  const app = useApp();
  const task = useTask();
  const [email, setEmail] = useState('');
  const hasEnded = useAppState((state) => state.phase.name === 'signed-out' && state.phase.reason === 'session-ended');
  const refusal = refusalOf(task.error?.code);
  const isBare = task.error?.code === 'bare-account';
  usePageTitle(t(refusal !== null ? 'refused.title' : isBare ? 'bare.title' : 'signIn.title'));

  if (isBare) return <BareAccount email={email.trim()} onBack={task.clear} />;
  if (refusal !== null) return <AccountRefused code={refusal} email={email.trim()} onRetry={task.clear} />;
  return (
    <EnteringFrame
      title={t('signIn.title')}
      footer={
        <>
          {t('signIn.none')} <Link to="/sign-up">{t('signIn.create')}</Link>
        </>
      }
    >
      {hasEnded && (
        <Banner tone="info">
          <p>{t('signIn.ended')}</p>
        </Banner>
      )}
      <PasswordForm
        task={task}
        email={email}
        onEmail={setEmail}
        enter={(who, password, keep) => app.signIn(who, password, keep)}
        label={t('signIn.action')}
        busyLabel={t('signIn.busy')}
      />
    </EnteringFrame>
  );
}
