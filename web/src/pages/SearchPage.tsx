import { Search } from 'lucide-react';
import { useCallback } from 'react';
import type { App, AppState } from '../app/contract';
import { useAppState } from '../app/hooks';
import { GatheredView } from '../features/files/GatheredView';
import { SearchFilters } from '../features/searching/SearchFilters';
import { askFound } from '../features/searching/askFound';
import { TextsStatus } from '../features/searching/TextsStatus';
import { isSought, useSought } from '../features/searching/wanted';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { useUnlocked } from './unlocked';
import { useGoTo } from './useGoTo';

const readOf = ({ texts }: AppState) => texts?.read ?? 0;

export default function SearchPage() {
  const { t } = useText();
  const { rootId } = useUnlocked();
  const goTo = useGoTo();
  const sought = useSought();
  const isAsked = isSought(sought);
  usePageTitle(t('search.title'));
  // There is more to be found with every text that was read.
  const read = useAppState(readOf);
  const ask = useCallback((app: App) => askFound(app, sought, Date.now()), [sought]);
  return (
    <GatheredView
      key={rootId}
      title={t('search.title')}
      listLabel={t('search.list')}
      ask={ask}
      bits={read}
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
      <TextsStatus />
    </GatheredView>
  );
}
