import { lazy, Suspense, useState } from 'react';
import { useText } from '../../lib/i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { EnteringFrame } from './EnteringFrame';
import css from './Entering.module.css';

/** Hardly anybody ever needs it. */
const AcceptOlder = lazy(() => import('./AcceptOlder'));

const REFUSALS = ['account-tampered', 'account-rolled-back', 'kdf-refused', 'unsupported-version'] as const;

export type Refusal = (typeof REFUSALS)[number];

/** The errors after which the account as a whole is not opened. */
export function refusalOf(code: string | undefined): Refusal | null {
  return REFUSALS.find((refusal) => refusal === code) ?? null;
}

interface AccountRefusedProps {
  code: Refusal;
  onRetry: () => void;
  /** Only where there is a session to end. */
  onSignOut?: () => void;
  /** Whose account it is. */
  email: string;
}

/** Says calmly what was noticed, that nothing happened, and what to do. */
export function AccountRefused({ code, onRetry, onSignOut, email }: AccountRefusedProps) {
  const { t } = useText();
  const [isAccepting, setAccepting] = useState(false);
  if (isAccepting) {
    return (
      <Suspense fallback={null}>
        <AcceptOlder email={email} onBack={() => setAccepting(false)} />
      </Suspense>
    );
  }
  return (
    <EnteringFrame title={t('refused.title')}>
      <Banner tone="trust" isAlert>
        <p>{t(`refused.${code}`)}</p>
      </Banner>
      <p>{t('refused.safe')}</p>
      <div>
        <h2>{t('refused.do')}</h2>
        <p>{t(`refused.${code}.do`)}</p>
      </div>
      <div className={css.row}>
        <Button onPress={onRetry}>{t('refused.again')}</Button>
        {code === 'account-rolled-back' && (
          <Button look="quiet" onPress={() => setAccepting(true)}>
            {t('older.begin')}
          </Button>
        )}
        {onSignOut !== undefined && (
          <Button look="quiet" onPress={onSignOut}>
            {t('refused.signOut')}
          </Button>
        )}
      </div>
    </EnteringFrame>
  );
}
