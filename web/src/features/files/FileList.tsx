import { lazy, Suspense } from 'react';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import type { View } from '../../lib/preferences';
import type { Sort } from '../../lib/sortEntries';
import type { MenuEntry } from '../../ui/Menu';
import type { Rows } from './FileCells';
import { FileTable } from './FileTable';
import { ListSkeleton } from './ListSkeleton';

const FileGrid = lazy(() => import('./FileGrid'));

export interface FileListProps {
  label: string;
  /** In the order to be shown. */
  entries: readonly Entry[];
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  /** Null: as it comes. */
  sort: Sort | null;
  onSort: (sort: Sort) => void;
  /** Enter, double click, or a tap. */
  onOpen: (entry: Entry) => void;
  menuFor: (entry: Entry) => readonly MenuEntry[];
  timeLabel: string;
  timeOf: (entry: Entry) => number;
  editing?: Rows['editing'];
  isChecking?: boolean;
  cut?: Rows['cut'];
  over?: Rows['over'];
  onStar?: Rows['onStar'];
  /** Shows which folder each is in. */
  places?: Rows['places'];
  /** Shows what was found in the texts of entries. */
  excerpts?: Rows['excerpts'];
  /** What the column of folders is called. */
  placeLabel?: string;
  /** Whether rows can be dragged onto folders. */
  isDraggable?: boolean;
}

/** The files, as a list or as a grid: the same selection, keys and menus in both. */
export function FileList({ view, ...props }: FileListProps & { view: View }) {
  const { t } = useText();
  if (view === 'list') return <FileTable {...props} />;
  return (
    <Suspense fallback={<ListSkeleton label={t('files.loading')} view="grid" />}>
      <FileGrid {...props} />
    </Suspense>
  );
}
