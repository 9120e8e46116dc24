import { err, ok, type Result } from '../../domain/result.ts';

/** A line of a keepalived.conf with its block, if it opens one. */
export interface Statement {
  /** Without quotes and comments; the first is the keyword. */
  readonly words: readonly string[];
  readonly body?: readonly Statement[];
  /** The text from `from` to `to`, the closing brace included. */
  readonly from: number;
  readonly to: number;
}

/**
 * Reads any keepalived.conf(5). What keepalived only decides when it reads it (definitions, conditions, sequences) is refused:
 * a guess would move the wrong address.
 */
export function parseConf(text: string): Result<readonly Statement[], string> {
  const tokens = tokensOf(text);
  const dynamic = tokens.find(({ kind, text: word }) => kind === 'word' && /^[$@~]|\$\{/.test(word));
  if (dynamic !== undefined)
    return err(
      `line ${lineOf(text, dynamic.from)}: ${dynamic.text} stands for what keepalived only knows when it reads it`,
    );
  const cursor = { tokens, at: 0 };
  const statements = blockOf(cursor);
  const left = tokens[cursor.at];
  if (left !== undefined) return err(`line ${lineOf(text, left.from)}: a closing brace too many`);
  if (statements === undefined) return err('a closing brace is missing');
  return ok(statements);
}

/** The statements with this keyword. */
export function statementsOf(
  statements: readonly Statement[] | undefined,
  keyword: string,
): readonly Statement[] {
  return (statements ?? []).filter(({ words }) => words[0] === keyword);
}

/** What stands behind a keyword on its line; the last line counts, as with keepalived. */
export function valueOf(statements: readonly Statement[] | undefined, keyword: string): string | undefined {
  return statementsOf(statements, keyword).at(-1)?.words[1];
}

interface Token {
  readonly kind: 'word' | 'open' | 'close' | 'end-of-line';
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
}

function tokensOf(text: string): readonly Token[] {
  return [...text.matchAll(TOKEN)].flatMap((match): readonly Token[] => {
    const [whole] = match;
    const place = { from: match.index, to: match.index + whole.length };
    if (whole === '\n') return [{ kind: 'end-of-line', text: whole, ...place }];
    if (whole === '{') return [{ kind: 'open', text: whole, ...place }];
    if (whole === '}') return [{ kind: 'close', text: whole, ...place }];
    if (whole.startsWith('#') || whole.startsWith('!')) return [];
    return [{ kind: 'word', text: whole.replace(/^(['"])(.*)\1$/s, '$2'), ...place }];
  });
}

/** Statements up to a closing brace or the end; undefined when a block within is not closed. */
function blockOf(cursor: Cursor): readonly Statement[] | undefined {
  const statements: Statement[] = [];
  for (;;) {
    while (kindAt(cursor) === 'end-of-line') cursor.at += 1;
    const kind = kindAt(cursor);
    if (kind === undefined || kind === 'close') return statements;
    const statement = statementOf(cursor);
    if (statement === undefined) return undefined;
    statements.push(statement);
  }
}

/** One statement; undefined when its block is not closed. */
function statementOf(cursor: Cursor): Statement | undefined {
  const words: Token[] = [];
  for (let token = cursor.tokens[cursor.at]; token?.kind === 'word'; token = cursor.tokens[cursor.at]) {
    words.push(token);
    cursor.at += 1;
  }
  const from = (words[0] ?? cursor.tokens[cursor.at])?.from ?? 0;
  const texts = words.map(({ text }) => text);
  const opening = cursor.at + skippedLines(cursor);
  if (cursor.tokens[opening]?.kind !== 'open') return { words: texts, from, to: words.at(-1)?.to ?? from };
  cursor.at = opening + 1;
  const body = blockOf(cursor);
  const closing = cursor.tokens[cursor.at];
  if (body === undefined || closing === undefined) return undefined;
  cursor.at += 1;
  return { words: texts, body, from, to: closing.to };
}

/** The brace may stand on the next line. */
function skippedLines({ tokens, at }: Cursor): number {
  const rest = tokens.slice(at).findIndex(({ kind }) => kind !== 'end-of-line');
  return Math.max(0, rest);
}

function kindAt({ tokens, at }: Cursor): Token['kind'] | undefined {
  return tokens[at]?.kind;
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

/** A comment, a quoted text, a brace, the end of a line, or a word. */
const TOKEN = /[#!][^\n]*|"[^"\n]*"|'[^'\n]*'|[{}\n]|[^\s{}"'#!]+/g;
