import { Calendar, Shapes, Star, Tag } from 'lucide-react';
import type { App } from '../../app/contract';
import { useTree } from '../../app/hooks';
import type { SearchKind } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { Button } from '../../ui/Button';
import { Menu } from '../../ui/Menu';
import css from './SearchField.module.css';
import { setSought, useSought } from './wanted';

const KINDS: readonly SearchKind[] = ['folder', 'image', 'video', 'audio', 'pdf', 'text', 'sheet', 'slides', 'archive', 'code', 'key', 'other'];
const DAYS = [1, 7, 30, 365] as const;
const ANY = 'any';
/** More than these would not be looked through for tags. */
const LOOKED_AT = 5000;
const askTags = async (app: App): Promise<readonly string[]> => {
  const entries = [...(await app.starred()), ...(await app.recent(LOOKED_AT))];
  return [...new Set(entries.flatMap(({ tags }) => tags))].sort();
};

/** Narrows down what is found: by type, by tag, by date, by star. */
export function SearchFilters() {
  const { t } = useText();
  const { kind, tag, days, starred } = useSought();
  const tags = useTree(askTags) ?? [];
  const kindLabel = (of: SearchKind): string => t(`kind.${of}`);
  return (
    <div role="group" aria-label={t('search.filters')} className={css.filters}>
      <Menu
        label={t('search.type')}
        trigger={<Button icon={<Shapes size={16} />}>{kind === null ? t('search.type') : kindLabel(kind)}</Button>}
        chosen={new Set([kind ?? ANY])}
        entries={[
          { id: ANY, label: t('search.any'), onAction: () => setSought({ kind: null }) },
          ...KINDS.map((of) => ({ id: of, label: kindLabel(of), onAction: () => setSought({ kind: of }) })),
        ]}
      />
      <Menu
        label={t('search.date')}
        trigger={<Button icon={<Calendar size={16} />}>{days === null ? t('search.date') : t('search.days', { count: days })}</Button>}
        chosen={new Set([String(days ?? ANY)])}
        entries={[
          { id: ANY, label: t('search.any'), onAction: () => setSought({ days: null }) },
          ...DAYS.map((count) => ({ id: String(count), label: t('search.days', { count }), onAction: () => setSought({ days: count }) })),
        ]}
      />
      {(tags.length > 0 || tag !== null) && (
        <Menu
          label={t('edit.tags')}
          trigger={<Button icon={<Tag size={16} />}>{tag ?? t('edit.tags')}</Button>}
          chosen={new Set([tag === null ? ANY : `tag ${tag}`])}
          entries={[
            { id: ANY, label: t('search.any'), onAction: () => setSought({ tag: null }) },
            ...tags.map((name) => ({ id: `tag ${name}`, label: name, onAction: () => setSought({ tag: name }) })),
          ]}
        />
      )}
      <Button aria-pressed={starred} icon={<Star size={16} {...(starred && { fill: 'currentColor' })} />} onPress={() => setSought({ starred: !starred })}>
        {t('nav.starred')}
      </Button>
    </div>
  );
}
