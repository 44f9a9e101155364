import { useNavigate, useParams } from '@tanstack/react-router';
import { FilesView } from '../features/files/FilesView';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { useUnlocked } from './unlocked';

export default function FilesPage() {
  const { t } = useText();
  const { rootId } = useUnlocked();
  const { folder = rootId } = useParams({ strict: false });
  const navigate = useNavigate();
  usePageTitle(t('files.title'));
  const goTo = (id: string) => void navigate(id === rootId ? { to: '/files' } : { to: '/files/$folder', params: { folder: id } });
  return <FilesView key={folder} folder={folder} onGoTo={goTo} />;
}
