import type { Color, Style } from './ansi.ts';
import { escapeLine } from './escape.ts';
import { displayWidth, padEnd, wrap } from './width.ts';

/** One field of a table; the text may come from anywhere and is escaped here. */
export type Cell = string | { readonly text: string; readonly color: Color };

export type Row = readonly Cell[];

/** Lines with aligned columns, two spaces between; on a terminal the last column is wrapped under itself. */
export function table(rows: readonly Row[], style: Style): readonly string[] {
  const widths = columnWidths(rows);
  return rows.flatMap((row) => tableRow(row, widths, style));
}

/** Columns that a table with these rows takes. */
export function tableWidth(rows: readonly Row[]): number {
  const widths = columnWidths(rows);
  const widthOf = (row: Row): number => indentOf(row, widths) + displayWidth(textOf(row.at(-1)));
  return rows.reduce((most, row) => Math.max(most, widthOf(row)), 0);
}

function columnWidths(rows: readonly Row[]): readonly number[] {
  const count = rows.reduce((most, row) => Math.max(most, row.length), 0);
  // The last field of a row may be as long as it likes.
  const widthAt = (row: Row, at: number): number => (at < row.length - 1 ? displayWidth(textOf(row[at])) : 0);
  return Array.from({ length: count }, (_, at) =>
    rows.reduce((most, row) => Math.max(most, widthAt(row, at)), 0),
  );
}

/** Where the last field of a row begins. */
function indentOf(row: Row, widths: readonly number[]): number {
  return widths.slice(0, row.length - 1).reduce((sum, width) => sum + width + GAP.length, 0);
}

function tableRow(row: Row, widths: readonly number[], style: Style): readonly string[] {
  const last = row.length - 1;
  const indent = indentOf(row, widths);
  const room = style.columns === undefined ? undefined : Math.max(MIN_WRAP, style.columns - indent);
  const [first = '', ...more] = wrap(textOf(row[last]), room);
  const fields = row.slice(0, last).map((cell, at) => {
    const text = textOf(cell);
    return painted(cell, text, style) + ' '.repeat((widths[at] ?? 0) - displayWidth(text));
  });
  const tail = more.map((line) => padEnd('', indent) + painted(row[last], line, style));
  return [[...fields, painted(row[last], first, style)].join(GAP).trimEnd(), ...tail];
}

function textOf(cell: Cell | undefined): string {
  return escapeLine(typeof cell === 'string' ? cell : (cell?.text ?? ''));
}

function painted(cell: Cell | undefined, text: string, style: Style): string {
  return typeof cell === 'object' ? style.paint(cell.color, text) : text;
}

const GAP = '  ';

/** Narrower than this, wrapping hurts more than it helps. */
const MIN_WRAP = 24;
