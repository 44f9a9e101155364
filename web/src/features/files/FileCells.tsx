import { Ellipsis } from 'lucide-react';
import { createContext, useContext, type ReactNode } from 'react';
import type { Entry } from '../../crypto/types';
import { formatBytes, formatFullDate, formatModified } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { useToday } from '../../lib/useToday';
import { IconButton } from '../../ui/Button';
import { Menu, type MenuEntry, type MenuSubject } from '../../ui/Menu';
import { FileIcon } from './FileIcon';
import { Thumbnail } from '../thumbnails/Thumbnail';
import css from './FileTable.module.css';
import { kindWords } from './typeWords';

export interface Rows {
  menuFor: (entry: Entry) => readonly MenuEntry[];
  /** The entry whose name is being edited, and what stands in its place. */
  editing: { id: string; field: ReactNode } | null;
}

/**
 * What changes while the list stays. Cells get it here and not as props, so that only
 * the few rows on the screen are rendered again, not a collection of thousands.
 */
export const RowsContext = createContext<Rows>({ menuFor: () => [], editing: null });

interface CellProps {
  entry: Entry;
  time: number;
}

export function NameCell({ entry, time, isPhone }: CellProps & { isPhone: boolean }) {
  const { editing } = useContext(RowsContext);
  return (
    <>
      <Thumbnail entry={entry} look="row" />
      {editing?.id === entry.id ? (
        editing.field
      ) : (
        <span className={css.names}>
          <span className={css.fileName} title={entry.name} dir="auto">
            {entry.name}
          </span>
          {isPhone && <SummaryCell entry={entry} time={time} />}
        </span>
      )}
    </>
  );
}

export function TypeCell({ entry }: Pick<CellProps, 'entry'>) {
  const { t } = useText();
  return <span className={css.clipped}>{kindWords(entry, t)}</span>;
}

/** Size and time on one line, where there is no room for columns. */
export function SummaryCell({ entry, time }: CellProps) {
  return (
    <span className={css.details}>
      <SizeCell entry={entry} /> · <TimeCell time={time} />
    </span>
  );
}

export function SizeCell({ entry }: Pick<CellProps, 'entry'>) {
  const { locale } = useText();
  return entry.kind === 'folder' ? '–' : formatBytes(entry.size, locale);
}

export function TimeCell({ time }: Pick<CellProps, 'time'>) {
  const { locale } = useText();
  const today = useToday();
  return (
    <time dateTime={new Date(time).toISOString()} title={formatFullDate(time, locale)}>
      {formatModified(time, today, locale)}
    </time>
  );
}

/** What a menu for one file says on top, where it is a sheet. */
export function subjectOf(entry: Entry, time: number): MenuSubject {
  return { title: entry.name, detail: <SummaryCell entry={entry} time={time} />, icon: <FileIcon entry={entry} /> };
}

export function MoreCell({ entry, time }: CellProps) {
  const { t } = useText();
  const { menuFor } = useContext(RowsContext);
  const label = t('files.more.for', { name: entry.name });
  return (
    <Menu
      label={label}
      entries={menuFor(entry)}
      subject={subjectOf(entry, time)}
      trigger={<IconButton look="row" label={label} icon={<Ellipsis size={16} />} />}
    />
  );
}
