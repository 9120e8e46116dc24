/** One statement of a keepalived.conf, with what stands in its braces. */
export interface Statement {
  /** The first word; in a block of values the first value. */
  readonly keyword: string;
  /** The words after it, without quotes. */
  readonly words: readonly string[];
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** The text from `from` to `to`, with what stands in its braces. */
  readonly from: number;
  readonly to: number;
  /** What stands in its braces; absent without braces. */
  readonly block?: readonly Statement[];
}

/** Something that keeps keepalived from reading a file as it is written. */
export interface SyntaxProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A keepalived.conf as keepalived's own reader takes it apart. */
export interface Configuration {
  readonly statements: readonly Statement[];
  readonly problems: readonly SyntaxProblem[];
}

/**
 * Reads any text at all. `#` and `!` begin a comment wherever they stand outside quotes, braces end a statement likewise,
 * and a line ends what no brace has ended (keepalived lib/parser.c: decomment, read_line).
 */
export function parseConfiguration(text: string): Configuration {
  const reader = new Reader();
  let start = 0;
  text.split('\n').forEach((content, index) => {
    reader.take(content.replace(/\r+$/, ''), { line: index + 1, start });
    start += content.length + 1;
  });
  return reader.end();
}

/** Every statement of these keywords, however deep it stands. */
export function statementsOf(
  statements: readonly Statement[],
  ...keywords: readonly string[]
): readonly Statement[] {
  return allStatements(statements).filter(({ keyword }) => keywords.includes(keyword));
}

/** Every statement, one before those in its braces. */
export function allStatements(statements: readonly Statement[]): readonly Statement[] {
  return statements.flatMap((statement) =>
    statement.block === undefined ? [statement] : [statement, ...allStatements(statement.block)],
  );
}

interface Draft {
  readonly keyword: string;
  readonly words: readonly string[];
  readonly line: number;
  readonly column: number;
  readonly from: number;
  to: number;
  block?: Draft[];
}

/** Of a brace. */
type Place = Pick<Statement, 'line' | 'column' | 'from'>;

class Reader {
  readonly #top: Draft[] = [];
  readonly #open: Draft[] = [];
  readonly #problems: SyntaxProblem[] = [];

  take(content: string, { line, start }: { readonly line: number; readonly start: number }): void {
    let words: Token[] = [];
    const finish = (): void => {
      const [first, ...rest] = words;
      if (first !== undefined) {
        const { text: keyword, column } = first;
        const last = rest.at(-1) ?? first;
        const place = { line, column, from: start + column - 1, to: start + last.column - 1 + last.length };
        this.#siblings().push({ keyword, words: rest.map(({ text }) => text), ...place });
      }
      words = [];
    };
    for (const token of tokensOf(content)) {
      if (token.kind === 'word') {
        words.push(token);
        if (token.isCut === true) this.#complain(line, token.column, 'this quote is never closed');
        continue;
      }
      finish();
      const place = { line, column: token.column, from: start + token.column - 1 };
      if (token.kind === 'open') this.#begin(place);
      else this.#close(place);
    }
    finish();
  }

  end(): Configuration {
    for (const { line, column, keyword } of this.#open)
      this.#complain(line, column, `the { of ${keyword} is never closed`);
    return { statements: this.#top, problems: this.#problems };
  }

  #begin({ line, column, from }: Place): void {
    const last = this.#siblings().at(-1);
    // keepalived reads a { that belongs to nothing as the beginning of whatever stood before it.
    if (last === undefined || last.block !== undefined) {
      this.#complain(line, column, 'this { belongs to no keyword');
      const nameless: Draft = { keyword: '', words: [], line, column, from, to: from + 1, block: [] };
      this.#siblings().push(nameless);
      this.#open.push(nameless);
      return;
    }
    last.block = [];
    this.#open.push(last);
  }

  #close({ line, column, from }: Place): void {
    const opened = this.#open.pop();
    if (opened === undefined) this.#complain(line, column, 'this } closes nothing');
    else opened.to = from + 1;
  }

  #siblings(): Draft[] {
    return this.#open.at(-1)?.block ?? this.#top;
  }

  #complain(line: number, column: number, message: string): void {
    this.#problems.push({ line, column, message });
  }
}

interface Token {
  readonly kind: 'word' | 'open' | 'close';
  readonly text: string;
  readonly column: number;
  /** As it is written, with its quotes. */
  readonly length: number;
  /** A word whose quote the line does not close. */
  readonly isCut?: boolean;
}

/** One line; a quoted part belongs to the word that it stands in, and a comment ends it. */
function tokensOf(content: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of content.matchAll(TOKEN)) {
    const [all] = match;
    const column = match.index + 1;
    if (all.startsWith('#') || all.startsWith('!')) break;
    const place = { column, length: all.length };
    if (all === '{') tokens.push({ kind: 'open', text: all, ...place });
    else if (all === '}') tokens.push({ kind: 'close', text: all, ...place });
    else tokens.push({ kind: 'word', ...unquoted(all), ...place });
  }
  return tokens;
}

function unquoted(word: string): Pick<Token, 'text' | 'isCut'> {
  const isCut = (word.match(/\\.|"/g) ?? []).filter((part) => part === '"').length % 2 === 1;
  const text = word.replace(/\\([#!])|"/g, (_, escaped: string | undefined) => escaped ?? '');
  return { text, ...(isCut ? { isCut } : {}) };
}

/** A comment, a brace, or a word: quoted parts, escaped characters and anything else that ends none of them. */
const TOKEN = /[#!][^]*$|[{}]|(?:"(?:\\.?|[^"\\])*(?:"|$)|\\.?|[^\s{}#!"\\])+/g;
