import { Search } from 'lucide-react';
import { useCallback } from 'react';
import type { App } from '../app/contract';
import type { Entry } from '../crypto/types';
import { GatheredView } from '../features/files/GatheredView';
import { SearchFilters } from '../features/searching/SearchFilters';
import { isSought, useSought, wantedOf } from '../features/searching/wanted';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { useUnlocked } from './unlocked';
import { useGoTo } from './useGoTo';

export default function SearchPage() {
  const { t } = useText();
  const { rootId } = useUnlocked();
  const goTo = useGoTo();
  const sought = useSought();
  const isAsked = isSought(sought);
  usePageTitle(t('search.title'));
  const ask = useCallback(
    async (app: App): Promise<readonly Entry[]> => (isSought(sought) ? (await app.search(wantedOf(sought, Date.now()))).matches.map(({ entry }) => entry) : []),
    [sought],
  );
  return (
    <GatheredView
      key={rootId}
      title={t('search.title')}
      listLabel={t('search.list')}
      ask={ask}
      sort={null}
      empty={{
        icon: <Search size={26} strokeWidth={1.5} />,
        title: t(isAsked ? 'search.none' : 'search.begin'),
        text: t(isAsked ? 'search.none.text' : 'search.begin.text'),
      }}
      rootId={rootId}
      onGoTo={goTo}
    >
      <SearchFilters />
    </GatheredView>
  );
}
