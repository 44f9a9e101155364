import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAppState } from '../app/hooks';
import { AccountRefused, refusalOf } from '../features/entering/AccountRefused';
import { EnteringFrame } from '../features/entering/EnteringFrame';
import { SignInForm } from '../features/entering/SignInForm';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { useTask } from '../lib/useTask';
import { Banner } from '../ui/Banner';

export default function SignInPage() {
  const { t } = useText();
  const task = useTask();
  const [email, setEmail] = useState('');
  const hasEnded = useAppState((state) => state.phase.name === 'signed-out' && state.phase.reason === 'session-ended');
  const refusal = refusalOf(task.error?.code);
  usePageTitle(refusal === null ? t('signIn.title') : t('refused.title'));

  if (refusal !== null) return <AccountRefused code={refusal} onRetry={task.clear} />;
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
      <SignInForm task={task} email={email} onEmail={setEmail} />
    </EnteringFrame>
  );
}
