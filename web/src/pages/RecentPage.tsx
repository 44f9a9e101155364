import { Clock } from 'lucide-react';
import type { App } from '../app/contract';
import { GatheredView } from '../features/files/GatheredView';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import type { Sort } from '../lib/sortEntries';
import { useUnlocked } from './unlocked';
import { useGoTo } from './useGoTo';

/** More than anybody scrolls through. */
const MOST = 200;
const ask = (app: App) => app.recent(MOST);
const SORT: Sort = { column: 'modified', direction: 'descending' };

export default function RecentPage() {
  const { t } = useText();
  const { rootId } = useUnlocked();
  const goTo = useGoTo();
  usePageTitle(t('nav.recent'));
  return (
    <GatheredView
      key={rootId}
      title={t('nav.recent')}
      listLabel={t('recent.list')}
      ask={ask}
      sort={SORT}
      empty={{ icon: <Clock size={26} strokeWidth={1.5} />, title: t('recent.empty'), text: t('recent.empty.text') }}
      rootId={rootId}
      onGoTo={goTo}
    />
  );
}
