import { useApp } from '../app/hooks';
import { AccountRefused, refusalOf } from '../features/entering/AccountRefused';
import css from '../features/entering/Entering.module.css';
import { EnteringFrame } from '../features/entering/EnteringFrame';
import { UnlockForm } from '../features/entering/UnlockForm';
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
  usePageTitle(refusal === null ? t('unlock.title') : t('refused.title'));
  const signOut = () => void leaving.run(() => app.signOut());

  if (refusal !== null) return <AccountRefused code={refusal} onRetry={task.clear} onSignOut={signOut} />;
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
      <UnlockForm task={task} email={email} />
    </EnteringFrame>
  );
}
