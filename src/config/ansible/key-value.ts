import { err, ok, type Result } from '../../domain/result.ts';

/** One `key=value` of a line, the value without its quotes. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** Reads `a=1 b="x y"` as Ansible's `parse_kv` does; every value is text. Words without a `=` are refused. */
export function parseKeyValues(line: string): Result<readonly KeyValue[], string> {
  const words = splitWords(line);
  if (!words.ok) return words;
  const pairs: KeyValue[] = [];
  for (const word of words.value) {
    const text = decodeEscapes(word);
    // A `=` that begins the word or is escaped separates nothing.
    const at = /(?<=[^\\])=/.exec(text)?.index;
    if (at === undefined) return err(`expected key=value, got ${JSON.stringify(word)}`);
    pairs.push({ key: text.slice(0, at).trim(), value: unquote(text.slice(at + 1).trim()) });
  }
  return ok(pairs);
}

/** Spaces and line ends separate words, except inside quotes and inside the blocks of a template. */
function splitWords(line: string): Result<readonly string[], string> {
  const words: string[] = [];
  let word = '';
  let state: State = OUTSIDE;
  for (const token of line.split(/(?<=[ \n])|(?=[ \n])/)) {
    const isSeparator = token === ' ' || token === '\n';
    if (isSeparator && !isInside(state)) {
      if (word !== '') words.push(word);
      word = '';
    } else if (token !== '\\' || state.quote !== undefined) {
      // A backslash that stands alone continues the line.
      word += token;
      state = isSeparator ? state : stateAfter(token, state);
    }
  }
  if (isInside(state)) return err('a quote or a template is not closed');
  return ok(word === '' ? words : [...words, word]);
}

interface State {
  readonly quote: string | undefined;
  /** How many `{{`, `{%` and `{#` are open. */
  readonly depths: readonly [number, number, number];
}

function isInside({ quote, depths }: State): boolean {
  return quote !== undefined || depths.some((depth) => depth > 0);
}

function stateAfter(token: string, { quote, depths }: State): State {
  let open = quote;
  for (const [character] of token.matchAll(/(?<!\\)["']/g)) {
    if (open === undefined) open = character;
    else if (open === character) open = undefined;
  }
  const after = (depth: number, begin: string, end: string): number =>
    Math.max(0, depth + token.split(begin).length - token.split(end).length);
  const [print, block, comment] = depths;
  return {
    quote: open,
    depths: [after(print, '{{', '}}'), after(block, '{%', '%}'), after(comment, '{#', '#}')],
  };
}

/** Python's escapes, but for those by the name of a character. */
function decodeEscapes(text: string): string {
  return text.replaceAll(
    /\\(?:U([0-9a-fA-F]{8})|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\\'"abfnrtv]))/g,
    (whole, long?: string, short?: string, byte?: string, letter?: string) => {
      if (letter !== undefined) return ESCAPES.get(letter) ?? letter;
      const code = parseInt(long ?? short ?? byte ?? '', 16);
      return code > 0x10_ff_ff ? whole : String.fromCodePoint(code);
    },
  );
}

function unquote(text: string): string {
  return /^(["'])[^]*\1$/.test(text) && text.length > 1 && text.at(-2) !== '\\' ? text.slice(1, -1) : text;
}

const OUTSIDE: State = { quote: undefined, depths: [0, 0, 0] };

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);
