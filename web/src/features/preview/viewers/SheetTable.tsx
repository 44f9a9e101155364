import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { useText } from '../../../lib/i18n';
import { Button } from '../../../ui/Button';
import { columnName, type Cell, type Sheet } from '../documents/sheets';
import css from './SheetTable.module.css';

/** Rows that are drawn at once; more on request. */
const ROWS = 300;

/** The sheets of a workbook, one at a time, as plain tables. */
export function SheetTable({ sheets }: { sheets: readonly Sheet[] }) {
  const { t } = useText();
  const [shown, setShown] = useState(0);
  const sheet = sheets[shown];
  return (
    <div className={css.sheets}>
      {sheet !== undefined && <Table key={shown} sheet={sheet} />}
      <div role="group" aria-label={t('preview.sheets')} className={css.tabs}>
        {sheets.map(({ name }, index) => (
          <AriaButton key={index} className={css.tab} aria-pressed={index === shown} onPress={() => setShown(index)}>
            {name}
          </AriaButton>
        ))}
      </div>
    </div>
  );
}

function Table({ sheet: { name, rows, isCut } }: { sheet: Sheet }) {
  const { t, locale } = useText();
  const [shown, setShown] = useState(ROWS);
  const [first] = rows;
  if (first === undefined) return <p className={css.empty}>{t('preview.sheet.empty')}</p>;
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached with the keyboard
    <div className={css.scroll} data-swipe="none" role="region" aria-label={name} tabIndex={0}>
      <table className={css.table}>
        <thead>
          <tr>
            <th aria-label={t('preview.sheet.row')} />
            {first.map((_, column) => (
              <th key={column} scope="col">
                {columnName(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown).map((row, index) => (
            <tr key={index}>
              <th scope="row">{index + 1}</th>
              {row.map((cell, column) => (
                <td key={column} className={typeof cell === 'number' ? css.number : undefined} dir="auto">
                  {words(cell, locale)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {shown < rows.length && (
        <p className={css.more}>
          <Button onPress={() => setShown(shown + ROWS)}>{t('preview.sheet.more')}</Button>
        </p>
      )}
      {isCut && shown >= rows.length && <p className={css.more}>{t('preview.sheet.cut')}</p>}
    </div>
  );
}

function words(cell: Cell, locale: string): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return cell.toLocaleString(locale, { maximumFractionDigits: 10, useGrouping: false });
  if (typeof cell === 'boolean') return cell ? 'TRUE' : 'FALSE';
  if (typeof cell === 'string') return cell;
  const date = new Date(cell.date);
  const isDay = cell.date % 86_400_000 === 0;
  // Workbooks know no time zones; what they say is read as UTC.
  return date.toLocaleString(locale, isDay ? { dateStyle: 'medium', timeZone: 'UTC' } : { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
}
