import { useApp } from '../app/hooks';
import { AccountRefused, refusalOf } from '../features/entering/AccountRefused';
import { BareAccount } from '../features/entering/BareAccount';
import css from '../features/entering/Entering.module.css';
import { EnteringFrame } from '../features/entering/EnteringFrame';
import { PasswordForm } from '../features/entering/PasswordForm';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { useTask } from '../lib/useTask';
import { Button } from '../ui/Button';

/** A session is there, its keys are not. Stands in for any page, whose address stays. */
export default function UnlockPage({ email }: { email: string }) {
  const { t } = useText();
  const app = useApp();
  const task = useTask();
  const leaving = useTask();
  const refusal = refusalOf(task.error?.code);
  const isBare = task.error?.code === 'bare-account';
  usePageTitle(t(refusal !== null ? 'refused.title' : isBare ? 'bare.title' : 'unlock.title'));
  const signOut = () => void leaving.run(() => app.signOut());

  if (isBare) return <BareAccount email={email} onBack={task.clear} onSignOut={signOut} />;
  if (refusal !== null) return <AccountRefused code={refusal} email={email} onRetry={task.clear} onSignOut={signOut} />;
  return (
    <EnteringFrame
      title={t('unlock.title')}
      footer={
        <Button look="quiet" onPress={signOut} isBusy={leaving.isBusy}>
          {t('unlock.other')}
        </Button>
      }
    >
      <p className={css.lead}>{t('unlock.text', { email })}</p>
      <PasswordForm
        task={task}
        email={email}
        enter={(_email, password, keep) => app.unlock(password, keep)}
        label={t('unlock.action')}
        busyLabel={t('unlock.busy')}
      />
    </EnteringFrame>
  );
}
