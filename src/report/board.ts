import type { Painter } from './ansi.ts';
import { escapeLine } from './escape.ts';
import type { OutputStream, Sink } from './sink.ts';
import { displayWidth, padEnd, truncate } from './width.ts';
import { wholeSeconds } from './words.ts';

/** Something that is under way, and since when (milliseconds of the reporter's clock). */
export interface Step {
  readonly step: string;
  readonly sinceMs: number;
}

/** What is under way now. */
export interface Underway {
  readonly run: Step | undefined;
  /** By host, in the order of the inventory. */
  readonly hosts: ReadonlyMap<string, Step>;
}

/** Lines at the bottom of a terminal that are drawn over and over, and taken away without a trace. */
export interface Board {
  draw(underway: Underway, nowMs: number): void;
  clear(): void;
  readonly isVisible: boolean;
}

export interface BoardOptions {
  readonly stream: OutputStream;
  readonly sink: Sink;
  readonly paint: Painter;
}

/** The cursor is never hidden, so that a run that is killed does not leave a terminal without one. */
export function createBoard({ stream, sink, paint }: BoardOptions): Board {
  let drawn: readonly BoardLine[] = [];
  // A terminal made narrower in the meantime has folded the lines that are on it.
  const height = (): number =>
    drawn.reduce(
      (rows, line) => rows + Math.max(1, Math.ceil(displayWidth(plain(line)) / columnsOf(stream))),
      0,
    );
  const erasure = (): string => (drawn.length === 0 ? '' : `\r\u001b[${height()}A\u001b[J`);
  const isDrawn = (lines: readonly BoardLine[]): boolean =>
    lines.length === drawn.length && lines.every((line, at) => plain(line) === plain(drawn[at]));
  return {
    draw: (underway, nowMs) => {
      const lines = boardLines(underway, nowMs, {
        columns: columnsOf(stream),
        rows: stream.rows ?? DEFAULT_ROWS,
      });
      if (isDrawn(lines)) return;
      sink.write(erasure() + lines.map((line) => `${painted(line, paint)}\n`).join(''));
      drawn = lines;
    },
    clear: () => {
      sink.write(erasure());
      drawn = [];
    },
    get isVisible() {
      return drawn.length > 0;
    },
  };
}

interface BoardLine {
  readonly text: string;
  readonly elapsed: string;
  readonly isSlow: boolean;
}

interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

function boardLines(underway: Underway, nowMs: number, size: TerminalSize): readonly BoardLine[] {
  const shown = worthShowing([...underway.hosts], size.rows);
  const hidden = underway.hosts.size - shown.length;
  const nameWidth = Math.max(0, ...shown.map(([host]) => displayWidth(host)));
  const entries = [
    ...(underway.run === undefined
      ? []
      : [{ label: escapeLine(underway.run.step), sinceMs: underway.run.sinceMs }]),
    ...shown.map(([host, { step, sinceMs }]) => ({
      label: `  ${padEnd(host, nameWidth)}  ${escapeLine(step)}`,
      sinceMs,
    })),
  ];
  const widest = Math.max(0, ...entries.map(({ label }) => displayWidth(label)));
  // One column stays free: a full line would make the terminal wrap.
  const labelWidth = Math.max(1, Math.min(widest, size.columns - ELAPSED_WIDTH - 1));
  const lines = entries.map(({ label, sinceMs }): BoardLine => {
    const text = padEnd(truncate(label, labelWidth), labelWidth);
    return { text, elapsed: `  ${wholeSeconds(nowMs - sinceMs)}`, isSlow: nowMs - sinceMs >= SLOW_MS };
  });
  const more = { text: truncate(`  and ${hidden} more`, size.columns - 1), elapsed: '', isSlow: false };
  return hidden > 0 ? [...lines, more] : lines;
}

/** When not all fit, those that have been at it longest, for they are the ones somebody waits for. */
function worthShowing(
  hosts: readonly (readonly [string, Step])[],
  rows: number,
): readonly (readonly [string, Step])[] {
  const most = Math.max(1, Math.min(MOST_HOSTS, rows - 4));
  if (hosts.length <= most) return hosts;
  const oldest = hosts.toSorted(([, left], [, right]) => left.sinceMs - right.sinceMs).slice(0, most);
  return hosts.filter((entry) => oldest.includes(entry));
}

function plain(line: BoardLine | undefined): string {
  return line === undefined ? '' : line.text + line.elapsed;
}

function painted({ text, elapsed, isSlow }: BoardLine, paint: Painter): string {
  return text + paint(isSlow ? 'yellow' : 'dim', elapsed);
}

function columnsOf(stream: OutputStream): number {
  const columns = stream.columns ?? 0;
  // 0 is what some serial consoles say.
  return columns > 0 ? columns : DEFAULT_COLUMNS;
}

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;
const MOST_HOSTS = 16;

/** Room for `  12 min 05 s`. */
const ELAPSED_WIDTH = 13;

/** After this long an operator begins to wonder. */
const SLOW_MS = 30_000;
