import { FindingsView } from '../features/findings/FindingsView';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { useUnlocked } from './unlocked';
import { useGoTo } from './useGoTo';

export default function FindingsPage() {
  const { t } = useText();
  const { rootId } = useUnlocked();
  const goTo = useGoTo();
  usePageTitle(t('nav.findings'));
  return <FindingsView rootId={rootId} onGoTo={goTo} />;
}
