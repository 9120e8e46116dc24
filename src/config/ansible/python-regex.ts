import { err, ok, type Result } from '../../domain/result.ts';

/** The test that Python's `re.match` makes with this pattern: from the beginning of a text, not always to its end. */
export function pythonMatcher(pattern: string): Result<(text: string) => boolean, string> {
  if (pattern.length > LONGEST_PATTERN) return err(`longer than ${LONGEST_PATTERN} characters`);
  const translated = translate(pattern);
  if (!translated.ok) return translated;
  const { source, flags } = translated.value;
  if (isExplosive(source))
    return err('a repeated group with a repetition or a choice in it can take for ever');
  try {
    const regex = new RegExp(`^(?:${source})`, `u${flags}`);
    return ok((text) => regex.test(text));
  } catch {
    return err('not a regular expression that is understood');
  }
}

interface Translation {
  readonly source: string;
  readonly flags: string;
}

/** Python's spelling in JavaScript's; what only one of the two has, or both have with different meanings, is refused. */
function translate(pattern: string): Result<Translation, string> {
  const [global = '', flags = ''] = /^\(\?([is]+)\)/.exec(pattern) ?? [];
  let source = '';
  for (const [token] of pattern.slice(global.length).matchAll(TOKENS)) {
    const piece = translateToken(token);
    if (!piece.ok) return piece;
    source += piece.value;
  }
  return ok({ source, flags: [...new Set(flags)].join('') });
}

function translateToken(token: string): Result<string, string> {
  if (token.startsWith('[')) return translateSet(token);
  if (token.startsWith('\\')) return translateEscape(token);
  if (token.startsWith('(?')) {
    if (/^\(\?(?:[:=!]|<[=!])$/.test(token)) return ok(token);
    return token.startsWith('(?P<') ? ok(`(?<${token.slice(4)}`) : notUnderstood(token);
  }
  if (/^[*+?}]\+$/.test(token)) return notUnderstood(token);
  if (token.startsWith('{,')) return ok(`{0${token.slice(1)}`);
  // A bracket or a brace that begins nothing is itself in Python.
  return ok(/^[\]{}]$/.test(token) ? literal(token) : token);
}

/** `[]a]` and `[^]a]` hold a bracket; nothing but ranges and a few classes is special inside. */
function translateSet(token: string): Result<string, string> {
  const [, negation = '', content = ''] = /^\[(\^?)([^]*)\]$/.exec(token) ?? [];
  if (content === '') return err('a "[" is never closed');
  // Python warns that these may one day be operations on sets.
  if (/--|&&|~~|\|\|/.test(content)) return notUnderstood(token);
  let set = '';
  for (const [piece] of content.matchAll(/\\[^]|[^]/gu)) {
    if (piece === '-') set += piece;
    else if (!piece.startsWith('\\')) set += literal(piece);
    else {
      const escape = /^\\[AZbBDSW]$/.test(piece) ? notUnderstood(piece) : translateEscape(piece);
      if (!escape.ok) return escape;
      // No set stands inside another one.
      set += escape.value.replace(/^\[(.*)\]$/, '$1');
    }
  }
  return ok(`[${negation}${set}]`);
}

function translateEscape(token: string): Result<string, string> {
  const known = ESCAPES.get(token.slice(1));
  if (known !== undefined) return ok(known);
  // Python lets every sign be escaped, JavaScript only those that mean something.
  return /^\\[^A-Za-z0-9\s]$/u.test(token) ? ok(literal(token.slice(1))) : notUnderstood(token);
}

function literal(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

function notUnderstood(token: string): Result<never, string> {
  return err(`${JSON.stringify(token)} is not understood`);
}

/** True when a group is repeated without bound that holds an unbounded repetition or a choice: that can backtrack for ever. */
function isExplosive(source: string): boolean {
  const groups: boolean[] = [];
  let isClosedExplosive = false;
  for (const [token] of source.matchAll(/\\u\{\w+\}|\\[^]|\[(?:\\[^]|[^\]])*\]|\{\d+,?\d*\}|[^]/gu)) {
    const isUnbounded = /^(?:[*+]|\{\d+,\})$/.test(token);
    if (isUnbounded && isClosedExplosive) return true;
    isClosedExplosive = false;
    if (token === '(') groups.push(false);
    else if (token === ')') isClosedExplosive = close(groups);
    else if ((isUnbounded || token === '|') && groups.length > 0) groups[groups.length - 1] = true;
  }
  return false;
}

/** Whether the group that ends here repeats or chooses; then the one around it does. */
function close(groups: boolean[]): boolean {
  const isRepeating = groups.pop() === true;
  if (isRepeating && groups.length > 0) groups[groups.length - 1] = true;
  return isRepeating;
}

/** Python's sets, escapes, groups and repetitions as a whole, everything else one sign at a time. */
const TOKENS =
  /\[\^?\]?(?:\\[^]|[^\]\\])*\]|\[|\\[^]|\(\?P<\w+>|\(\?<[=!]|\(\?[^]?|\{\d+(?:,\d*)?\}|\{,\d+\}|[*+?]\+|[^]/gu;

/** Digits and letters of every script, as in Python. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['A', '^'],
  ['Z', '$'],
  ['d', '\\p{Nd}'],
  ['D', '\\P{Nd}'],
  ['w', '[\\p{L}\\p{N}_]'],
  ['W', '[^\\p{L}\\p{N}_]'],
  ...Array.from('sSbBtnrfv', (letter): [string, string] => [letter, `\\${letter}`]),
]);

const LONGEST_PATTERN = 500;
