import { Ellipsis, Scissors, Star } from 'lucide-react';
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
import { FolderLink } from './PathBar';
import { kindWords } from './typeWords';

export interface Rows {
  menuFor: (entry: Entry) => readonly MenuEntry[];
  /** The entry whose name is being edited, and what stands in its place. */
  editing: { id: string; field: ReactNode } | null;
  /** What was cut and waits to be moved. */
  cut: ReadonlySet<string>;
  /** The folder over which something is held that would go into it. */
  over: string | null;
  /** Gives a star or takes it away; left out where nothing can be changed. */
  onStar?: ((entry: Entry) => void) | undefined;
  /** Where the folders of the entries are, in lists of what was gathered from several. */
  places?: Places | undefined;
  /** What was found in the texts of entries. */
  excerpts?: Excerpts | undefined;
}

/** By the entry's id: pieces of its text, every other one of which was looked for; none where only that it is there is known. */
export type Excerpts = ReadonlyMap<string, readonly string[]>;

/** By the folder's id: its name, and whether it is the root. */
export type Places = ReadonlyMap<string, { name: string; isRoot: boolean }>;

const NOTHING: ReadonlySet<string> = new Set();
export const NO_ROWS: Rows = { menuFor: () => [], editing: null, cut: NOTHING, over: null };

/**
 * What changes while the list stays. Cells get it here and not as props, so that only
 * the few rows on the screen are rendered again, not a collection of thousands.
 */
export const RowsContext = createContext<Rows>(NO_ROWS);

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
          <ExcerptCell entry={entry} />
        </span>
      )}
      <RowMarks entry={entry} />
    </>
  );
}

/** What holds of a row for a while: that it was cut, or that something is held over it. */
export function RowMarks({ entry }: Pick<CellProps, 'entry'>) {
  const { t } = useText();
  const { cut, over, onStar } = useContext(RowsContext);
  return (
    <>
      {entry.starred && onStar === undefined && <Star size={14} className={css.star} fill="currentColor" role="img" aria-label={t('nav.starred')} />}
      {over === entry.id && <span data-over hidden />}
      {cut.has(entry.id) && (
        <span className={css.mark} title={t('move.cut.waiting')}>
          <Scissors size={14} aria-hidden="true" />
          <span className="visually-hidden">{t('move.cut.waiting')}</span>
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
      <PlaceOf entry={entry} />
    </span>
  );
}

/** What was found in the text of an entry, if anything was. */
export function ExcerptCell({ entry }: Pick<CellProps, 'entry'>) {
  const { t } = useText();
  const { excerpts } = useContext(RowsContext);
  const excerpt = excerpts?.get(entry.id);
  if (excerpt === undefined) return null;
  return (
    <span className={css.excerpt} dir="auto" title={excerpt.join('')}>
      <span className={excerpt.length === 0 ? undefined : 'visually-hidden'}>{t('search.inText')}</span>
      {excerpt.length > 0 && ' '}
      {excerpt.map((piece, index) => (index % 2 === 1 ? <mark key={index}>{piece}</mark> : piece))}
    </span>
  );
}

function PlaceOf({ entry }: Pick<CellProps, 'entry'>) {
  const { places } = useContext(RowsContext);
  const place = places?.get(entry.folder);
  return place === undefined ? null : <> · {place.name}</>;
}

/** The folder that an entry is in, to go there. */
export function PlaceCell({ entry }: Pick<CellProps, 'entry'>) {
  const { places } = useContext(RowsContext);
  const place = places?.get(entry.folder);
  if (place === undefined) return null;
  return (
    <FolderLink id={entry.folder} isRoot={place.isRoot} className={css.placeLink}>
      <span className={css.clipped} title={place.name} dir="auto">
        {place.name}
      </span>
    </FolderLink>
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

/** A star to press; where one looks with a mouse. */
export function StarCell({ entry }: Pick<CellProps, 'entry'>) {
  const { t } = useText();
  const { onStar } = useContext(RowsContext);
  if (onStar === undefined) return null;
  return (
    <IconButton
      look="row"
      label={t('star.of', { name: entry.name })}
      aria-pressed={entry.starred}
      icon={<Star size={16} {...(entry.starred && { fill: 'currentColor' })} />}
      onPress={() => onStar(entry)}
    />
  );
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
