import { ArrowDownUp, Download, Pencil, Trash2, Upload } from 'lucide-react';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import type { Sort } from '../../lib/sortEntries';
import { IconButton } from '../../ui/Button';
import { Menu } from '../../ui/Menu';
import { SelectionBar, Toolbar } from '../../ui/Toolbar';
import { UploadButton } from './UploadButton';

interface FilesToolbarProps {
  /** Null while nobody knows. */
  count: number | null;
  chosen: readonly Entry[];
  canWrite: boolean;
  sort: Sort;
  onSort: (sort: Sort) => void;
  onUpload: (files: readonly File[]) => void;
  onClear: () => void;
  onDownload: (entries: readonly Entry[]) => void;
  onRename: (id: string) => void;
  onTrash: (entries: readonly Entry[]) => void;
}

/** The folder's name and its actions; while something is selected, what can be done to that. */
export function FilesToolbar(props: FilesToolbarProps) {
  const { t } = useText();
  const { count, chosen, canWrite } = props;
  const [first] = chosen;

  if (first !== undefined) {
    return (
      <SelectionBar
        label={t('files.actions')}
        title={t('files.selected', { count: chosen.length })}
        clearLabel={t('files.clear')}
        onClear={props.onClear}
        actions={[
          {
            id: 'download',
            label: t('files.download'),
            icon: <Download size={16} />,
            isDisabled: chosen.every((entry) => entry.kind === 'folder'),
            onPress: () => props.onDownload(chosen),
          },
          {
            id: 'rename',
            label: t('files.rename'),
            icon: <Pencil size={16} />,
            isDisabled: !canWrite || chosen.length !== 1,
            onPress: () => props.onRename(first.id),
          },
          {
            id: 'trash',
            label: t('files.trash'),
            icon: <Trash2 size={16} />,
            isDisabled: !canWrite,
            onPress: () => props.onTrash(chosen),
          },
        ]}
      />
    );
  }
  return (
    <Toolbar
      title={t('files.title')}
      detail={count === null || count === 0 ? undefined : t('files.count', { count })}
    >
      <SortMenu sort={props.sort} onSort={props.onSort} />
      <UploadButton
        look="primary"
        isDisabled={!canWrite}
        onUpload={props.onUpload}
        label={t('files.upload')}
        icon={<Upload size={16} />}
      />
    </Toolbar>
  );
}

function SortMenu({ sort, onSort }: { sort: Sort; onSort: (sort: Sort) => void }) {
  const { t } = useText();
  const columns = ['name', 'size', 'modified'] as const;
  const directions = ['ascending', 'descending'] as const;
  return (
    <Menu
      label={t('files.sort')}
      trigger={<IconButton label={t('files.sort')} icon={<ArrowDownUp size={16} />} />}
      chosen={new Set([sort.column, sort.direction])}
      entries={[
        ...columns.map((column) => ({
          id: column,
          label: t(`files.column.${column}`),
          onAction: () => onSort({ ...sort, column }),
        })),
        ...directions.map((direction) => ({
          id: direction,
          label: t(`files.sort.${direction}`),
          onAction: () => onSort({ ...sort, direction }),
        })),
      ]}
    />
  );
}
