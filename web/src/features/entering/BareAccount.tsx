import { Link } from '@tanstack/react-router';
import { useText } from '../../lib/i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import css from './Entering.module.css';
import { EnteringFrame } from './EnteringFrame';

interface BareAccountProps {
  email: string;
  onBack: () => void;
  /** Only where there is a session to end. */
  onSignOut?: () => void;
}

/** The account is there, but another program made it, and it has no keys: what that means and what one can do. */
export function BareAccount({ email, onBack, onSignOut }: BareAccountProps) {
  const { t } = useText();
  return (
    <EnteringFrame title={t('bare.title')} isWide>
      <p className={css.lead}>{t('bare.text', { email })}</p>
      <Banner tone="warning" title={t('bare.means')}>
        <p>{t('bare.means.text')}</p>
      </Banner>
      <div>
        <h2>{t('bare.do')}</h2>
        <ul className={css.list}>
          <li>{t('bare.do.keep')}</li>
          <li>{t('bare.do.other')}</li>
          <li>{t('bare.do.move')}</li>
        </ul>
      </div>
      <div className={css.row}>
        {onSignOut === undefined && (
          <Link to="/sign-up" className={css.linkButton}>
            {t('signUp.title')}
          </Link>
        )}
        <Button onPress={onBack}>{t('bare.back')}</Button>
        {onSignOut !== undefined && (
          <Button look="quiet" onPress={onSignOut}>
            {t('refused.signOut')}
          </Button>
        )}
      </div>
    </EnteringFrame>
  );
}
