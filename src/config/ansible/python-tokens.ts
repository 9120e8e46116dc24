import type { Place } from '../text/source.ts';
import type { ScalarValue, TreeNode } from '../text/tree.ts';
import { readPythonString } from './python-string.ts';

/** A value as far as it has been read, and what Python could do with it. */
export interface Literal {
  readonly node: TreeNode;
  /** A number without a sign can take one. */
  readonly isNumber?: boolean;
  readonly isBytes?: boolean;
  /** Python takes it for a key of a map, or into a set. */
  readonly isHashable: boolean;
}

/** A position in a Python expression; every step ends behind the white space that follows. */
export class PythonTokens {
  readonly #text: string;
  readonly #place: Place;
  /** The text stands in the file as it is, so that its parts have places of their own. */
  readonly #isVerbatim: boolean;
  #at = 0;
  /** Where the last token ended. */
  #end = 0;

  constructor(text: string, place: Place) {
    this.#text = text;
    this.#place = place;
    this.#isVerbatim = place.source.text.startsWith(text, place.start);
  }

  get next(): string | undefined {
    return this.#text[this.#at];
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  /** A string, a number or a word that is a value. */
  scalar(): Literal | undefined {
    return this.#strings() ?? this.#number() ?? this.#word();
  }

  /** Goes past one character and tells where it stands. */
  open(): number {
    const start = this.#at;
    this.#advance(start + 1);
    return start;
  }

  take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#advance(this.#at + 1);
    return true;
  }

  /** A comment reaches to the end. */
  skipSpace(): number {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    this.#at = SPACE.lastIndex;
    return this.#at;
  }

  /** From a position up to the end of the last token. */
  placeFrom(start: number): Place {
    if (!this.#isVerbatim) return this.#place;
    const { source, start: offset } = this.#place;
    return { source, start: offset + start, end: offset + this.#end };
  }

  #advance(end: number): void {
    this.#end = this.#at = end;
    this.skipSpace();
  }

  /** Literals that stand beside each other are one. */
  #strings(): Literal | undefined {
    const start = this.#at;
    const first = readPythonString(this.#text, start);
    if (first === undefined) return undefined;
    let value = '';
    for (let next: typeof first | undefined = first; next !== undefined;) {
      if (next.isBytes !== first.isBytes) return undefined;
      value += next.value;
      this.#advance(next.end);
      next = readPythonString(this.#text, this.#at);
    }
    return { ...this.#scalar(value, value, start), isBytes: first.isBytes };
  }

  #number(): Literal | undefined {
    const start = this.#at;
    NUMBER.lastIndex = start;
    const written = NUMBER.exec(this.#text)?.groups;
    if (written === undefined) return undefined;
    const text = written['float'] ?? written['integer'] ?? '';
    const digits = text.replaceAll('_', '');
    if (digits.length > MOST_DIGITS || IN_WORD.test(this.#text.charAt(start + text.length))) return undefined;
    this.#advance(start + text.length);
    const value = written['float'] === undefined ? BigInt(digits) : Number(digits);
    return { ...this.#scalar(value, text, start), isNumber: true };
  }

  #word(): Literal | undefined {
    const start = this.#at;
    const word = /^[A-Za-z]*/.exec(this.#text.slice(start, start + LONGEST_WORD))?.[0] ?? '';
    if (!WORDS.has(word) || IN_WORD.test(this.#text.charAt(start + word.length))) return undefined;
    this.#advance(start + word.length);
    return this.#scalar(WORDS.get(word), word, start);
  }

  #scalar(value: ScalarValue, text: string, start: number): Literal {
    const place = this.placeFrom(start);
    return { node: { kind: 'scalar', place, text, isNull: value === undefined, value }, isHashable: true };
  }
}

/** Bytes that stand alone become text; those that are no UTF-8 become none. */
export function decodedNode({ node, isBytes }: Literal): TreeNode | undefined {
  if (isBytes !== true || node.kind !== 'scalar') return node;
  try {
    const bytes = Uint8Array.from(node.text, (character) => character.charCodeAt(0));
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { ...node, text, value: text };
  } catch {
    return undefined;
  }
}

const SPACE = /(?:[ \t\f]|#[^\n]*)*/y;
const NUMBER =
  /(?<float>(?:(?:[0-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*|[0-9](?:_?[0-9])*\.)(?:[eE][-+]?[0-9](?:_?[0-9])*)?|[0-9](?:_?[0-9])*[eE][-+]?[0-9](?:_?[0-9])*)|(?<integer>0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[1-9](?:_?[0-9])*|0(?:_?0)*)/y;
/** What makes another word or number of the one before it. */
const IN_WORD = /[\p{L}\p{N}\p{M}_.]/u;

const WORDS: ReadonlyMap<string, ScalarValue> = new Map<string, ScalarValue>([
  ['True', true],
  ['False', false],
  ['None', undefined],
]);

const LONGEST_WORD = 10;
/** Python reads no longer integer. */
const MOST_DIGITS = 4300;
