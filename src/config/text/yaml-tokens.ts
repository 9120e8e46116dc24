import { CST, Lexer, Parser } from 'yaml';

/** The tokens of a file, or where reading it was given up, and why. */
export type YamlTokens =
  | { readonly state: 'read'; readonly tokens: readonly CST.Token[] }
  | { readonly state: 'too-deep' | 'crowded'; readonly offset: number };

/**
 * Cuts a text into tokens, no collection deeper than `deepest` levels. It gives up where no file that means anything goes
 * on: the library works through a megabyte of brackets or quotes for many seconds, and makes an error of each.
 */
export function readTokens(text: string, deepest: number): YamlTokens {
  const parser = new Parser();
  const crowd = new Crowd();
  const tokens: CST.Token[] = [];
  let errors = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (crowd.isTooMuchWith(lexeme)) return { state: 'crowded', offset: parser.offset };
    if (crowd.dashes > deepest) return { state: 'too-deep', offset: parser.offset };
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (token.type === 'error') errors += 1;
    }
    // A level takes up to two places on the stack: a map, and a list in it.
    if (parser.stack.length > 2 * deepest + 2) return { state: 'too-deep', offset: parser.offset };
    if (errors > MOST_ERRORS) break;
  }
  tokens.push(...parser.end());
  const offset = tooDeepAt(tokens, deepest);
  return offset === undefined ? { state: 'read', tokens } : { state: 'too-deep', offset };
}

/** Counts values that follow each other with nothing between them. */
class Crowd {
  /** How many lists begin on the line, one inside the other. */
  dashes = 0;
  #size = 0;
  #isScalar = false;

  isTooMuchWith(lexeme: string): boolean {
    // The text of a plain scalar comes behind a lexeme that announces it, and may look like any other.
    const type = this.#isScalar ? undefined : (CST.tokenType(lexeme) ?? undefined);
    this.#isScalar = type === 'scalar';
    if (type === 'newline') this.dashes = 0;
    if (type === 'seq-item-ind') this.dashes += 1;
    if (type === undefined || !SEPARATORS.has(type))
      this.#size += type !== undefined && VALUES.has(type) ? 1 : 0;
    else this.#size = 0;
    return this.#size > MOST_CROWDED;
  }
}

/**
 * The offset of the first collection that lies deeper than `limit` levels, or undefined. Works through the tokens with a
 * list of its own instead of recursion, so no input can exhaust the stack here.
 */
function tooDeepAt(tokens: readonly CST.Token[], limit: number): number | undefined {
  let level: readonly CST.Token[] = tokens.flatMap((token) =>
    token.type === 'document' ? (token.value ?? []) : [],
  );
  for (let depth = 1; level.length > 0; depth++) {
    const collections = level.filter((token) => 'items' in token);
    if (depth > limit) return collections[0]?.offset;
    level = collections.flatMap((token) =>
      token.items.flatMap((item) => [item.key ?? [], item.value ?? []].flat()),
    );
  }
  return undefined;
}

const VALUES: ReadonlySet<string> = new Set([
  ...[
    'scalar',
    'single-quoted-scalar',
    'double-quoted-scalar',
    'block-scalar-header',
    'alias',
    'anchor',
    'tag',
  ],
]);

/** A line end is none: two quoted values on two lines are as wrong as on one. */
const SEPARATORS: ReadonlySet<string> = new Set([
  ...['comma', 'map-value-ind', 'seq-item-ind', 'explicit-key-ind', 'doc-start', 'doc-end', 'doc-mode'],
  ...['flow-map-start', 'flow-map-end', 'flow-seq-start', 'flow-seq-end'],
]);

/** An anchor, a tag and a value are three; these are past all doubt. */
const MOST_CROWDED = 50;
/** More than anybody is told of. */
const MOST_ERRORS = 50;
