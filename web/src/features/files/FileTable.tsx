import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useMemo, useRef, type KeyboardEvent } from 'react';
import { Cell, Column, Row, Table, TableBody, TableHeader, type Selection } from 'react-aria-components/Table';
import { TableLayout, Virtualizer } from 'react-aria-components/Virtualizer';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import type { Sort } from '../../lib/sortEntries';
import { useFocusKept } from '../../lib/useFocusKept';
import { PHONE, TOUCH, useMedia } from '../../lib/useMedia';
import type { MenuEntry } from '../../ui/Menu';
import { SelectBox } from '../../ui/SelectBox';
import { MoreCell, NameCell, RowsContext, SizeCell, TimeCell, type Rows } from './FileCells';
import css from './FileTable.module.css';

interface FileTableProps {
  label: string;
  /** In the order to be shown. */
  entries: readonly Entry[];
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  sort: Sort;
  onSort: (sort: Sort) => void;
  /** Enter, double click, or a tap. */
  onOpen?: (entry: Entry) => void;
  /** Keys that the list itself does not know, with the row that has the focus. */
  onKey?: (event: KeyboardEvent, id: string) => void;
  menuFor: (entry: Entry) => readonly MenuEntry[];
  timeLabel: string;
  timeOf: (entry: Entry) => number;
  editing?: Rows['editing'];
  isChecking?: boolean;
}

/** The list of files: virtualised, sortable, and for the keyboard as much as for the mouse. */
export function FileTable(props: FileTableProps) {
  const { label, entries, selected, onSelect, sort, onSort, onOpen, onKey, menuFor, timeLabel, timeOf } = props;
  const { editing = null, isChecking = false } = props;
  const { t } = useText();
  const isPhone = useMedia(PHONE);
  const isTouch = useMedia(TOUCH);
  useFocusKept();
  const byId = useMemo(() => new Map(entries.map((entry) => [entry.id, entry])), [entries]);
  const rowHeight = isPhone ? 56 : isTouch ? 44 : 36;
  const headingHeight = isTouch ? 40 : 32;

  const select = (selection: Selection) => {
    onSelect(selection === 'all' ? new Set(byId.keys()) : new Set([...selection].map(String)));
  };
  const keyDown = (event: KeyboardEvent) => {
    const id = event.target instanceof Element ? event.target.closest('[role="row"]')?.getAttribute('data-key') : null;
    if (id !== null && id !== undefined && byId.has(id)) onKey?.(event, id);
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
        {isPhone ? null : <SortColumn id="size" label={t('files.column.size')} width={96} isEnd />}
        {isPhone ? null : <SortColumn id="modified" label={timeLabel} width={132} />}
        <Column id="actions" width={isTouch ? 56 : 44} minWidth={44} className={css.column} textValue={t('files.column.actions')}>
          <span className="visually-hidden">{t('files.column.actions')}</span>
        </Column>
      </TableHeader>
    ),
    [t, isPhone, isTouch, timeLabel],
  );
  const body = useMemo(
    () => (
      <TableBody items={entries} dependencies={[isPhone, timeOf]}>
        {(entry) => (
          <Row id={entry.id} textValue={entry.name} className={css.row}>
            <Cell focusMode="child" allowsArrowNavigation className={`${css.cell} ${css.select}`}>
              <SelectBox />
            </Cell>
            <Cell className={`${css.cell} ${css.name}`}>
              <NameCell entry={entry} time={timeOf(entry)} isPhone={isPhone} />
            </Cell>
            {isPhone ? null : (
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
              <MoreCell entry={entry} />
            </Cell>
          </Row>
        )}
      </TableBody>
    ),
    [entries, isPhone, timeOf],
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

  const rows = useMemo(() => ({ menuFor, editing }), [menuFor, editing]);

  return (
    // The table handles what it knows; only the keys that it lets through arrive here.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div ref={frame} className={css.frame} onKeyDown={keyDown}>
      <RowsContext value={rows}>
        <Virtualizer
          key={`${String(isPhone)} ${String(rowHeight)}`}
          layout={TableLayout}
          layoutOptions={{ rowHeight, headingHeight }}
        >
          <Table
            aria-label={label}
            className={`${css.table} ${isChecking ? css.checking : ''}`}
            selectionMode="multiple"
            selectionBehavior="replace"
            keyboardNavigationBehavior="tab"
            selectedKeys={selected}
            onSelectionChange={select}
            onRowAction={(id) => {
              const entry = byId.get(String(id));
              if (entry !== undefined) onOpen?.(entry);
            }}
            sortDescriptor={sort}
            onSortChange={({ column, direction }) => {
              if (column === 'name' || column === 'size' || column === 'modified') onSort({ column, direction });
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
