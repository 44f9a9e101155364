import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { Cell, Column, Row, Table, TableBody, TableHeader, type Selection } from 'react-aria-components/Table';
import { TableLayout, Virtualizer } from 'react-aria-components/Virtualizer';
import { useText } from '../../lib/i18n';
import { useFocusKept } from '../../lib/useFocusKept';
import { PHONE, ROOMY, TOUCH, useMedia } from '../../lib/useMedia';
import { SelectBox } from '../../ui/SelectBox';
import { useRowDrag } from '../moving/rowDrag';
import { MoreCell, NameCell, NO_ROWS, PlaceCell, RowsContext, SizeCell, StarCell, TimeCell, TypeCell } from './FileCells';
import type { FileListProps } from './FileList';
import css from './FileTable.module.css';

/** The list of files: virtualised, sortable, and for the keyboard as much as for the mouse. */
export function FileTable(props: FileListProps) {
  const { label, entries, selected, onSelect, sort, onSort, onOpen, menuFor, timeLabel, timeOf } = props;
  const { editing = null, isChecking = false, cut = NO_ROWS.cut, over = null, isDraggable = false, onStar, places, placeLabel, excerpts } = props;
  const dragAndDropHooks = useRowDrag(isDraggable && editing === null);
  const { t } = useText();
  const isPhone = useMedia(PHONE);
  const isTouch = useMedia(TOUCH);
  const isRoomy = useMedia(ROOMY);
  // Where there is little room, which folder it is in says more than its type.
  const showsPlace = placeLabel !== undefined && !isPhone;
  const showsType = isRoomy;
  const showsSize = !isPhone && (isRoomy || !showsPlace);
  useFocusKept();
  const byId = useMemo(() => new Map(entries.map((entry) => [entry.id, entry])), [entries]);
  // All rows are as high as those in which words were found.
  const hasExcerpts = excerpts !== undefined && excerpts.size > 0;
  // One line of a text where there is room, else two.
  const rowHeight = (isPhone ? 56 : isTouch ? 44 : 36) + (hasExcerpts ? (isRoomy ? 18 : 36) : 0);
  const headingHeight = isTouch ? 40 : 32;

  const select = (selection: Selection) => {
    onSelect(selection === 'all' ? new Set(byId.keys()) : new Set([...selection].map(String)));
  };

  // The same elements as long as nothing in them changes: then a selection does not make
  // react-aria go through every row of a long list again.
  const header = useMemo(
    () => (
      <TableHeader className={css.header}>
        <Column id="select" width={40} minWidth={40} className={`${css.column} ${css.select}`} textValue={t('files.select.all')}>
          <SelectBox />
        </Column>
        <SortColumn id="name" isRowHeader label={t('files.column.name')} width="1fr" />
        {showsPlace ? (
          <Column id="place" width={168} className={css.column ?? ''} textValue={placeLabel}>
            {placeLabel}
          </Column>
        ) : null}
        {showsType ? <SortColumn id="type" label={t('files.column.type')} width={152} /> : null}
        {!showsSize ? null : <SortColumn id="size" label={t('files.column.size')} width={96} isEnd />}
        {isPhone ? null : <SortColumn id="modified" label={timeLabel} width={132} />}
        <Column id="actions" width={isTouch ? 56 : 80} minWidth={44} className={css.column} textValue={t('files.column.actions')}>
          <span className="visually-hidden">{t('files.column.actions')}</span>
        </Column>
      </TableHeader>
    ),
    [t, isPhone, isTouch, showsType, showsPlace, showsSize, placeLabel, timeLabel],
  );
  const body = useMemo(
    () => (
      <TableBody items={entries} dependencies={[isPhone, showsType, showsPlace, showsSize, timeOf]}>
        {(entry) => (
          <Row id={entry.id} textValue={entry.name} className={css.row}>
            <Cell focusMode="child" allowsArrowNavigation className={`${css.cell} ${css.select}`}>
              <SelectBox />
            </Cell>
            <Cell className={`${css.cell} ${css.name}`}>
              <NameCell entry={entry} time={timeOf(entry)} isPhone={isPhone} />
            </Cell>
            {showsPlace ? (
              <Cell className={`${css.cell} ${css.quiet}`}>
                <PlaceCell entry={entry} />
              </Cell>
            ) : null}
            {showsType ? (
              <Cell className={`${css.cell} ${css.quiet}`}>
                <TypeCell entry={entry} />
              </Cell>
            ) : null}
            {!showsSize ? null : (
              <Cell className={`${css.cell} ${css.quiet} ${css.end}`}>
                <SizeCell entry={entry} />
              </Cell>
            )}
            {isPhone ? null : (
              <Cell className={`${css.cell} ${css.quiet}`}>
                <TimeCell time={timeOf(entry)} />
              </Cell>
            )}
            <Cell focusMode="child" allowsArrowNavigation className={`${css.cell} ${css.more}`}>
              <StarCell entry={entry} />
              <MoreCell entry={entry} time={timeOf(entry)} />
            </Cell>
          </Row>
        )}
      </TableBody>
    ),
    [entries, isPhone, showsType, showsPlace, showsSize, timeOf],
  );
  // A name that is about to be edited may belong to a row that is not rendered yet.
  const frame = useRef<HTMLDivElement>(null);
  const editedRow = useMemo(() => entries.findIndex((entry) => entry.id === editing?.id), [entries, editing]);
  useEffect(() => {
    const list = frame.current?.querySelector('[role="grid"]');
    if (editedRow < 0 || !list) return;
    const top = editedRow * rowHeight;
    const room = list.clientHeight - headingHeight - rowHeight;
    if (top < list.scrollTop || top > list.scrollTop + room) list.scrollTop = top - room / 2;
  }, [editedRow, rowHeight, headingHeight]);

  const rows = useMemo(() => ({ menuFor, editing, cut, over, onStar: isTouch ? undefined : onStar, places, excerpts }), [menuFor, editing, cut, over, onStar, isTouch, places, excerpts]);

  return (
    <div ref={frame} className={css.frame}>
      <RowsContext value={rows}>
        <Virtualizer
          key={`${String(isPhone)} ${String(showsType)} ${String(showsPlace)} ${String(rowHeight)}`}
          layout={TableLayout}
          layoutOptions={{ rowHeight, headingHeight }}
        >
          <Table
            aria-label={label}
            dragAndDropHooks={dragAndDropHooks}
            className={`${css.table} ${isChecking ? css.checking : ''}`}
            selectionMode="multiple"
            selectionBehavior="replace"
            keyboardNavigationBehavior="tab"
            selectedKeys={selected}
            onSelectionChange={select}
            onRowAction={(id) => {
              const entry = byId.get(String(id));
              if (entry !== undefined) onOpen(entry);
            }}
            {...(sort !== null && { sortDescriptor: sort })}
            onSortChange={({ column, direction }) => {
              if (column === 'name' || column === 'type' || column === 'size' || column === 'modified') onSort({ column, direction });
            }}
          >
            {header}
            {body}
          </Table>
        </Virtualizer>
      </RowsContext>
    </div>
  );
}

interface SortColumnProps {
  id: string;
  label: string;
  width: number | `${number}fr`;
  isRowHeader?: boolean;
  isEnd?: boolean;
}

function SortColumn({ id, label, width, isRowHeader = false, isEnd = false }: SortColumnProps) {
  return (
    <Column
      id={id}
      allowsSorting
      isRowHeader={isRowHeader}
      width={width}
      textValue={label}
      className={`${css.column} ${css.sortable} ${isEnd ? css.end : ''}`}
    >
      {({ sortDirection }) => (
        <>
          <span>{label}</span>
          {sortDirection === 'ascending' && <ArrowUp size={14} aria-hidden="true" />}
          {sortDirection === 'descending' && <ArrowDown size={14} aria-hidden="true" />}
        </>
      )}
    </Column>
  );
}
