import { useParams } from '@tanstack/react-router';
import { FilesView } from '../features/files/FilesView';
import { useFolderPlace } from '../features/files/useFolderPlace';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { useUnlocked } from './unlocked';
import { useGoTo } from './useGoTo';

const folderIn = ({ folder }: { folder?: string }): string | undefined => folder;

export default function FilesPage() {
  const { t } = useText();
  const { rootId } = useUnlocked();
  const folder = useParams({ strict: false, select: folderIn }) ?? rootId;
  const place = useFolderPlace(folder);
  const goTo = useGoTo();
  usePageTitle(place?.path.at(-1)?.name || t('files.title'));
  return <FilesView key={folder} folder={folder} rootId={rootId} place={place} onGoTo={goTo} />;
}
