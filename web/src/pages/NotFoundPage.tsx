import { Link } from '@tanstack/react-router';
import { EnteringFrame } from '../features/entering/EnteringFrame';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';

export default function NotFoundPage() {
  const { t } = useText();
  usePageTitle(t('nav.unknown'));
  return (
    <EnteringFrame title={t('nav.unknown')}>
      <p>{t('nav.unknown.text')}</p>
      <p>
        <Link to="/files">{t('nav.unknown.action')}</Link>
      </p>
    </EnteringFrame>
  );
}
