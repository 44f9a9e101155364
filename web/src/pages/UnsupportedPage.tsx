import css from '../features/entering/Entering.module.css';
import { EnteringFrame } from '../features/entering/EnteringFrame';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';

interface UnsupportedPageProps {
  missing: 'webassembly' | 'subtle-crypto' | 'workers';
}

export default function UnsupportedPage({ missing }: UnsupportedPageProps) {
  const { t } = useText();
  usePageTitle(t('unsupported.title'));
  return (
    <EnteringFrame title={t('unsupported.title')}>
      <Banner tone="warning">
        <p>{t(`unsupported.${missing}`)}</p>
      </Banner>
      <p>{t(`unsupported.${missing}.do`)}</p>
      {missing === 'subtle-crypto' && (
        <p className={css.lead}>{t('unsupported.subtle-crypto.here', { address: window.location.origin })}</p>
      )}
      <div className={css.row}>
        <Button onPress={() => window.location.reload()}>{t('unsupported.reload')}</Button>
      </div>
    </EnteringFrame>
  );
}
