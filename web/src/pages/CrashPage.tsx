import { EnteringFrame } from '../features/entering/EnteringFrame';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { Button } from '../ui/Button';

/** When the page itself is at fault. */
export function CrashPage() {
  const { t } = useText();
  usePageTitle(t('error.crash'));
  return (
    <EnteringFrame title={t('error.crash')}>
      <p>{t('error.crash.text')}</p>
      <div>
        <Button onPress={() => window.location.reload()}>{t('error.crash.reload')}</Button>
      </div>
    </EnteringFrame>
  );
}
