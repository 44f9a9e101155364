import { Star } from 'lucide-react';
import type { App } from '../app/contract';
import { GatheredView } from '../features/files/GatheredView';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import type { Sort } from '../lib/sortEntries';
import { useUnlocked } from './unlocked';
import { useGoTo } from './useGoTo';

const ask = (app: App) => app.starred();
const SORT: Sort = { column: 'name', direction: 'ascending' };

export default function StarredPage() {
  const { t } = useText();
  const { rootId } = useUnlocked();
  const goTo = useGoTo();
  usePageTitle(t('nav.starred'));
  return (
    <GatheredView
      key={rootId}
      title={t('nav.starred')}
      listLabel={t('starred.list')}
      ask={ask}
      sort={SORT}
      empty={{ icon: <Star size={26} strokeWidth={1.5} />, title: t('starred.empty'), text: t('starred.empty.text') }}
      rootId={rootId}
      onGoTo={goTo}
    />
  );
}
