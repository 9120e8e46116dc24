/**
 * A terminal as far as the reporters use one: text with wide characters, line feeds that also return, carriage returns,
 * `CSI n A`, `CSI J` and colours, with a line wrap at the last column. Anything else is an error.
 */
export class Terminal {
  readonly isTTY = true;
  readonly written: string[] = [];
  columns: number;
  rows: number;
  #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns = 80, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): void {
    this.written.push(text);
    for (const [token] of text.matchAll(TOKEN)) this.#take(token);
  }

  /** Folds what no longer fits, as terminals do when they are made narrower; the cursor stays behind the text. */
  resize(columns: number): void {
    const text = this.#lines.join('\n').replaceAll(SECOND_HALF, '');
    this.columns = columns;
    this.#lines = [''];
    this.#moveTo(0, 0);
    for (const [token] of text.matchAll(TOKEN)) this.#take(token);
  }

  /** Everything on the screen and above it, without trailing blanks. */
  get screen(): string {
    return this.#lines
      .map((line) => line.replaceAll(SECOND_HALF, '').trimEnd())
      .join('\n')
      .trimEnd();
  }

  /** Where the next character goes, from 0. */
  get cursor(): { readonly row: number; readonly column: number } {
    return { row: this.#row, column: this.#column };
  }

  #take(token: string): void {
    if (token === '\n') this.#moveTo(this.#row + 1, 0);
    else if (token === '\r') this.#column = 0;
    else if (COLOR.test(token)) return;
    else if (token === '\u001b[J') this.#eraseBelow();
    else if (UP.test(token)) this.#moveTo(this.#row - Number(token.slice(2, -1)), this.#column);
    else if (/^\P{Cc}$/u.test(token)) this.#put(token);
    else throw new Error(`the terminal does not know ${JSON.stringify(token)}`);
  }

  #moveTo(row: number, column: number): void {
    // A real cursor stops at the top of the screen, and the board would tear.
    if (row < Math.max(0, this.#lines.length - this.rows)) throw new Error('the cursor left the screen');
    while (this.#lines.length <= row) this.#lines.push('');
    this.#row = row;
    this.#column = column;
  }

  #eraseBelow(): void {
    this.#lines = this.#lines.slice(0, this.#row + 1);
    this.#lines[this.#row] = this.#line().slice(0, this.#column);
  }

  #put(character: string): void {
    const cells = /\p{Script=Han}/u.test(character) ? character + SECOND_HALF : character;
    if (this.#column + cells.length > this.columns) this.#moveTo(this.#row + 1, 0);
    const line = this.#line().padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + cells + line.slice(this.#column + cells.length);
    this.#column += cells.length;
  }

  #line(): string {
    return this.#lines[this.#row] ?? '';
  }
}

/** A stream that is no terminal: a pipe or a file. */
export class Pipe {
  readonly isTTY = false;
  text = '';

  write(text: string): void {
    this.text += text;
  }
}

/** A clock and its timer, moved by hand. */
export class FakeClock {
  nowMs = 1_000_000;
  readonly #timers = new Set<{ readonly callback: () => void; readonly intervalMs: number; due: number }>();

  readonly now = (): number => this.nowMs;

  readonly repeat = (callback: () => void, intervalMs: number): (() => void) => {
    const timer = { callback, intervalMs, due: this.nowMs + intervalMs };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  get runningTimers(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    const end = this.nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0];
      if (due === undefined) break;
      this.nowMs = due.due;
      due.due += due.intervalMs;
      due.callback();
    }
    this.nowMs = end;
  }
}

/** The second column of a wide character. */
const SECOND_HALF = '\uffff';

// Made from strings: a control character in a literal looks like a mistake.
const CSI = '\u001b\\[';
const COLOR = new RegExp(`^${CSI}\\d*m$`);
const UP = new RegExp(`^${CSI}\\d+A$`);
const TOKEN = new RegExp(`${CSI}\\d*[A-Za-z]|[^]`, 'gu');
