import { FilesView } from '../features/files/FilesView';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { useUnlocked } from './unlocked';

export default function FilesPage() {
  const { t } = useText();
  const { rootId } = useUnlocked();
  usePageTitle(t('files.title'));
  return <FilesView key={rootId} folder={rootId} />;
}
