/** What a table may be shown of: more is of no use without a program for it. */
export const MOST_ROWS = 2_000;
export const MOST_COLUMNS = 100;
/** Cells of a whole workbook. */
const MOST_CELLS = 500_000;

export type Cell = string | number | boolean | null | { date: number };

export interface Sheet {
  name: string;
  rows: Cell[][];
  /** Whether rows or columns were left out. */
  isCut: boolean;
}

/** The sheets of a workbook, as long as there is room for their cells. */
export function tidyBook(book: readonly { sheet: string; data: readonly (readonly unknown[])[] }[]): Sheet[] {
  let left = MOST_CELLS;
  return book.map(({ sheet, data }) => {
    const tidy = tidySheet(sheet, data);
    const width = Math.max(1, tidy.rows[0]?.length ?? 0);
    const rows = tidy.rows.slice(0, Math.floor(left / width));
    left -= rows.length * width;
    return { ...tidy, rows, isCut: tidy.isCut || rows.length < tidy.rows.length };
  });
}

/** A sheet as far as it is shown: of plain values, each row as wide as the widest, empty ones at the end left out. */
export function tidySheet(name: string, data: readonly (readonly unknown[])[]): Sheet {
  const filled = (row: readonly unknown[]): number => row.findLastIndex((cell) => cell !== null && cell !== '') + 1;
  const height = data.findLastIndex((row) => filled(row) > 0) + 1;
  const width = data.reduce((widest, row) => Math.max(widest, filled(row)), 0);
  const rows = data.slice(0, Math.min(height, MOST_ROWS)).map((row) => Array.from({ length: Math.min(width, MOST_COLUMNS) }, (_, column) => plain(row[column])));
  return { name, rows, isCut: height > MOST_ROWS || width > MOST_COLUMNS };
}

function plain(value: unknown): Cell {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return { date: value.getTime() };
  return null;
}

/** The letters above a column: A to Z, AA and on. */
export function columnName(index: number): string {
  const rest = Math.floor(index / 26);
  return (rest > 0 ? columnName(rest - 1) : '') + String.fromCharCode(65 + (index % 26));
}
