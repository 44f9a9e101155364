import { TrashView } from '../features/trash/TrashView';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { useUnlocked } from './unlocked';

export default function TrashPage() {
  const { t } = useText();
  const { rootId } = useUnlocked();
  usePageTitle(t('trash.title'));
  return <TrashView key={rootId} folder={rootId} />;
}
