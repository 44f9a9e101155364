import { useEffect } from 'react';
import { useText } from './i18n';

export function usePageTitle(page: string): void {
  const { t } = useText();
  const title = t('app.title', { page });
  useEffect(() => {
    document.title = title;
  }, [title]);
}
