import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import { GridList, GridListItem, type Selection } from 'react-aria-components/GridList';
import { GridLayout, Size, Virtualizer } from 'react-aria-components/Virtualizer';
import { useContext } from 'react';
import type { Entry } from '../../crypto/types';
import { useFocusKept } from '../../lib/useFocusKept';
import { PHONE, TOUCH, useMedia } from '../../lib/useMedia';
import { SelectBox } from '../../ui/SelectBox';
import { useRowDrag } from '../moving/rowDrag';
import { ExcerptCell, MoreCell, NO_ROWS, RowMarks, RowsContext, StarCell, SummaryCell } from './FileCells';
import type { FileListProps } from './FileList';
import { Thumbnail } from '../thumbnails/Thumbnail';
import css from './FileGrid.module.css';

const WIDE = { minItemSize: new Size(168, 148), maxItemSize: new Size(280, 148), minSpace: new Size(12, 12) };
const NARROW = { minItemSize: new Size(140, 140), maxItemSize: new Size(280, 140), minSpace: new Size(8, 8) };

/** The files as cards. */
export default function FileGrid({ label, entries, selected, onSelect, onOpen, menuFor, timeOf, editing = null, isChecking = false, cut = NO_ROWS.cut, over = null, isDraggable = false, onStar, places, excerpts }: FileListProps) {
  const dragAndDropHooks = useRowDrag(isDraggable && editing === null);
  const isPhone = useMedia(PHONE);
  const isTouch = useMedia(TOUCH);
  useFocusKept();
  const byId = useMemo(() => new Map(entries.map((entry) => [entry.id, entry])), [entries]);
  const rows = useMemo(() => ({ menuFor, editing, cut, over, onStar: isTouch ? undefined : onStar, places, excerpts }), [menuFor, editing, cut, over, onStar, isTouch, places, excerpts]);

  const select = (selection: Selection) => {
    onSelect(selection === 'all' ? new Set(byId.keys()) : new Set([...selection].map(String)));
  };

  // The same elements as long as nothing in them changes; see FileTable.
  const cards = useMemo(
    () => (entry: Entry) => (
      <GridListItem id={entry.id} textValue={entry.name} className={css.card}>
        <Card entry={entry} time={timeOf(entry)} />
      </GridListItem>
    ),
    [timeOf],
  );

  // A name that is about to be edited may belong to a card that is not rendered yet.
  const frame = useRef<HTMLDivElement>(null);
  const editedId = editing?.id;
  useEffect(() => {
    if (editedId !== undefined) frame.current?.querySelector(`[data-key="${CSS.escape(editedId)}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [editedId]);

  return (
    <div ref={frame} className={css.frame}>
      <RowsContext value={rows}>
        <Virtualizer key={String(isPhone)} layout={GridLayout} layoutOptions={isPhone ? NARROW : WIDE}>
          <GridList
            aria-label={label}
            layout="grid"
            dragAndDropHooks={dragAndDropHooks}
            className={`${css.grid} ${isChecking ? css.checking : ''}`}
            items={entries}
            dependencies={[timeOf]}
            selectionMode="multiple"
            selectionBehavior="replace"
            keyboardNavigationBehavior="tab"
            disallowTypeAhead={editing !== null}
            selectedKeys={selected}
            onSelectionChange={select}
            onAction={(id) => {
              const entry = byId.get(String(id));
              if (entry !== undefined) onOpen(entry);
            }}
          >
            {cards}
          </GridList>
        </Virtualizer>
      </RowsContext>
    </div>
  );
}

function Card({ entry, time }: { entry: Entry; time: number }): ReactNode {
  const { editing, excerpts } = useContext(RowsContext);
  return (
    <>
      <div className={css.picture}>
        <Thumbnail entry={entry} look="card" />
      </div>
      <div className={css.foot}>
        <div className={css.names}>
          {editing?.id === entry.id ? (
            editing.field
          ) : (
            <span className={css.name} title={entry.name} dir="auto">
              {entry.name}
            </span>
          )}
          {excerpts?.has(entry.id) === true ? (
            <div>
              <ExcerptCell entry={entry} />
            </div>
          ) : (
            <SummaryCell entry={entry} time={time} />
          )}
        </div>
        <RowMarks entry={entry} />
        <div className={css.more}>
          <StarCell entry={entry} />
          <MoreCell entry={entry} time={time} />
        </div>
      </div>
      <div className={css.select}>
        <SelectBox />
      </div>
    </>
  );
}
