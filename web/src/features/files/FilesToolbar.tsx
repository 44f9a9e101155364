import { ArrowDownUp, FilePlus, Info, LayoutGrid, List, Upload } from 'lucide-react';
import { useText, type Translate } from '../../lib/i18n';
import type { View } from '../../lib/preferences';
import type { Sort } from '../../lib/sortEntries';
import { PHONE, useMedia } from '../../lib/useMedia';
import { Button, IconButton } from '../../ui/Button';
import { Menu, type MenuEntry } from '../../ui/Menu';
import { Toolbar } from '../../ui/Toolbar';

export interface ViewControls {
  view: View;
  onView: (view: View) => void;
  sort: Sort;
  onSort: (sort: Sort) => void;
  /** Whether the details pane is open. */
  hasDetails: boolean;
  onDetails: () => void;
}

interface FilesToolbarProps extends ViewControls {
  /** Null while nobody knows. */
  count: number | null;
  canWrite: boolean;
  onUpload: () => void;
  /** Makes a note; left out where none can be made. */
  onNote?: (() => void) | undefined;
}

/** The folder's name, how it is shown, and the way to put something into it. */
export function FilesToolbar({ count, canWrite, onUpload, onNote, ...controls }: FilesToolbarProps) {
  const { t } = useText();
  const isPhone = useMedia(PHONE);
  return (
    <Toolbar title={t('files.title')} detail={count === null || count === 0 ? undefined : t('files.count', { count })}>
      <ViewButtons {...controls} timeLabel={t('files.column.modified')} />
      {onNote !== undefined && <IconButton label={t('note.new')} icon={<FilePlus size={16} />} isDisabled={!canWrite} onPress={onNote} />}
      {!isPhone && (
        <Button look="primary" isDisabled={!canWrite} onPress={onUpload} icon={<Upload size={16} />}>
          {t('files.upload')}
        </Button>
      )}
    </Toolbar>
  );
}

/** Sorting where there are no headers for it, list or grid, details. */
export function ViewButtons({ view, onView, sort, onSort, hasDetails, onDetails, timeLabel }: ViewControls & { timeLabel: string }) {
  const { t } = useText();
  const isPhone = useMedia(PHONE);
  return (
    <>
      {(isPhone || view === 'grid') && (
        <Menu
          label={t('files.sort')}
          trigger={<IconButton label={t('files.sort')} icon={<ArrowDownUp size={16} />} />}
          chosen={new Set([sort.column, sort.direction])}
          entries={sortEntriesOf(t, sort, onSort, timeLabel)}
        />
      )}
      <IconButton
        label={t(view === 'list' ? 'files.view.grid' : 'files.view.list')}
        icon={view === 'list' ? <LayoutGrid size={16} /> : <List size={16} />}
        onPress={() => onView(view === 'list' ? 'grid' : 'list')}
      />
      <IconButton label={t('files.details')} icon={<Info size={16} />} aria-pressed={hasDetails} onPress={onDetails} />
    </>
  );
}

function sortEntriesOf(t: Translate, sort: Sort, onSort: (sort: Sort) => void, timeLabel: string): MenuEntry[] {
  const columns = { name: t('files.column.name'), type: t('files.column.type'), size: t('files.column.size'), modified: timeLabel };
  return [
    ...(['name', 'type', 'size', 'modified'] as const).map((column) => ({
      id: column,
      label: columns[column],
      onAction: () => onSort({ ...sort, column }),
    })),
    ...(['ascending', 'descending'] as const).map((direction) => ({
      id: direction,
      label: t(`files.sort.${direction}`),
      beginsGroup: direction === 'ascending',
      onAction: () => onSort({ ...sort, direction }),
    })),
  ];
}
