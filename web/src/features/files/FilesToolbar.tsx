import { ArrowDownUp, Ellipsis, FilePlus, FolderPlus, Info, LayoutGrid, List, Upload } from 'lucide-react';
import type { ReactNode } from 'react';
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
  /** The folders above. */
  path: ReactNode;
  title: string;
  /** What is in it, in words; undefined while nobody knows. */
  detail: string | undefined;
  canWrite: boolean;
  onUpload: () => void;
  /** Makes a note; left out where none can be made. */
  onNote?: (() => void) | undefined;
  onNewFolder: () => void;
  /** Everything that can be done here. */
  more: readonly MenuEntry[];
}

/** The folder's name, how it is shown, and the way to put something into it. */
export function FilesToolbar({ path, title, detail, canWrite, onUpload, onNote, onNewFolder, more, ...controls }: FilesToolbarProps) {
  const { t } = useText();
  const isPhone = useMedia(PHONE);
  return (
    <Toolbar before={path} title={title} detail={detail}>
      <ViewButtons {...controls} timeLabel={t('files.column.modified')} />
      {!isPhone && onNote !== undefined && <IconButton label={t('note.new')} icon={<FilePlus size={16} />} isDisabled={!canWrite} onPress={onNote} />}
      {!isPhone && <IconButton label={t('files.newFolder')} icon={<FolderPlus size={16} />} isDisabled={!canWrite} onPress={onNewFolder} />}
      <Menu label={t('files.more')} entries={more} trigger={<IconButton label={t('files.more')} icon={<Ellipsis size={16} />} />} />
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
