import { err, ok, type Result } from '../../domain/result.ts';
import { equalNumber, jsonKey } from '../text/json-key.ts';
import type { Place } from '../text/source.ts';
import type { MapEntry, ScalarNode, TreeNode } from '../text/tree.ts';
import { decodedNode, PythonTokens, type Literal } from './python-tokens.ts';

/**
 * What Ansible makes of a value in an INI file: what `ast.literal_eval` makes of it, or else the text itself. Values that
 * Python could not print as JSON (sets, complex numbers, `...`, bytes in a list) stay text, too. The error is one that
 * Python stumbles over, and Ansible with it.
 */
export function readPythonValue(text: string, place: Place): Result<TreeNode, string> {
  if (text.length > LONGEST_LITERAL) return ok(textNode(text, place));
  const reader = new LiteralReader(text, place);
  const node = reader.read();
  if (node !== undefined && reader.isUnhashable) {
    return err('a list, a map or a set cannot be a key or be in a set');
  }
  return ok(node ?? textNode(text, place));
}

function textNode(text: string, place: Place): ScalarNode {
  return { kind: 'scalar', place, text, isNull: false, value: text };
}

/** A parser of the part of Python's grammar that has values; whatever else it meets, there is no literal. */
class LiteralReader {
  readonly #tokens: PythonTokens;
  #depth = 0;
  #isPrintable = true;
  isUnhashable = false;

  constructor(text: string, place: Place) {
    this.#tokens = new PythonTokens(text, place);
  }

  read(): TreeNode | undefined {
    const start = this.#tokens.skipSpace();
    const first = this.#expression();
    if (first === undefined) return undefined;
    const node = this.#tokens.next === ',' ? this.#openTuple(first, start) : decodedNode(first);
    return this.#tokens.isAtEnd && (this.#isPrintable || this.isUnhashable) ? node : undefined;
  }

  /** `1, 2` without brackets. */
  #openTuple(first: Literal, start: number): TreeNode | undefined {
    const items = [first];
    while (this.#tokens.take(',')) {
      if (this.#tokens.isAtEnd) break;
      const item = this.#expression();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return this.#list(items, start);
  }

  /** Leaves the position behind the white space that follows. */
  #expression(): Literal | undefined {
    if (this.#depth >= DEEPEST_NESTING) return undefined;
    this.#depth++;
    const parsed = this.#signed();
    this.#depth--;
    this.#tokens.skipSpace();
    return parsed;
  }

  #signed(): Literal | undefined {
    const sign = this.#tokens.next;
    if (sign !== '+' && sign !== '-') return this.#atom();
    const start = this.#tokens.open();
    const operand = this.#atom();
    if (operand?.isNumber !== true || operand.node.kind !== 'scalar') return undefined;
    const { text, value } = operand.node;
    const place = this.#tokens.placeFrom(start);
    const isNegated = sign === '-' && (typeof value === 'bigint' || typeof value === 'number');
    const node = isNegated ? { ...operand.node, place, text: `-${text}`, value: -value } : operand.node;
    return { node, isHashable: true };
  }

  #atom(): Literal | undefined {
    switch (this.#tokens.next) {
      case '[':
        return this.#bracketed();
      case '(':
        return this.#parenthesized();
      case '{':
        return this.#braced();
      default:
        return this.#tokens.scalar();
    }
  }

  #bracketed(): Literal | undefined {
    const start = this.#tokens.open();
    const items = this.#items(']', []);
    return items && { node: this.#list(items, start), isHashable: false };
  }

  /** Only a comma makes a tuple. */
  #parenthesized(): Literal | undefined {
    const start = this.#tokens.open();
    if (this.#tokens.take(')')) return { node: this.#list([], start), isHashable: true };
    const first = this.#expression();
    if (first === undefined || this.#tokens.take(')')) return first;
    const items = this.#tokens.take(',') ? this.#items(')', [first]) : undefined;
    return items && { node: this.#list(items, start), isHashable: items.every((item) => item.isHashable) };
  }

  #braced(): Literal | undefined {
    const start = this.#tokens.open();
    if (this.#tokens.take('}')) return this.#map([], start);
    const first = this.#expression();
    if (first === undefined) return undefined;
    if (this.#tokens.next === ':') return this.#pairs(first, start);
    const rest = this.#tokens.take(',') ? this.#items('}', []) : this.#tokens.take('}') ? [] : undefined;
    if (rest === undefined) return undefined;
    this.#isPrintable = false;
    const items = [first, ...rest];
    if (items.some((item) => !item.isHashable)) this.isUnhashable = true;
    return { node: this.#list(items, start), isHashable: false };
  }

  #pairs(first: Literal, start: number): Literal | undefined {
    const pairs: (readonly [Literal, Literal])[] = [];
    let key: Literal | undefined = first;
    while (key !== undefined) {
      const value: Literal | undefined = this.#tokens.take(':') ? this.#expression() : undefined;
      if (value === undefined) return undefined;
      pairs.push([key, value]);
      const isLast = !this.#tokens.take(',');
      if (this.#tokens.take('}')) return this.#map(pairs, start);
      key = isLast ? undefined : this.#expression();
    }
    return undefined;
  }

  /** The rest of a list up to its closing bracket. */
  #items(closing: string, before: readonly Literal[]): readonly Literal[] | undefined {
    const items = [...before];
    while (!this.#tokens.take(closing)) {
      const item = this.#expression();
      if (item === undefined) return undefined;
      items.push(item);
      if (!this.#tokens.take(',') && this.#tokens.next !== closing) return undefined;
    }
    return items;
  }

  #list(items: readonly Literal[], start: number): TreeNode {
    if (items.some((item) => item.isBytes)) this.#isPrintable = false;
    return { kind: 'list', place: this.#tokens.placeFrom(start), items: items.map(({ node }) => node) };
  }

  #map(pairs: readonly (readonly [Literal, Literal])[], start: number): Literal {
    const entries = new Map<string, MapEntry>();
    const numbers = new Map<bigint, string>();
    for (const [key, value] of pairs) {
      if (!key.isHashable) this.isUnhashable = true;
      if (key.isBytes === true || value.isBytes === true || key.node.kind !== 'scalar')
        this.#isPrintable = false;
      if (key.node.kind !== 'scalar') continue;
      const number = equalNumber(key.node.value);
      // As in Python, of equal keys the first one stays and the last value counts.
      const name = (number === undefined ? undefined : numbers.get(number)) ?? jsonKey(key.node.value);
      if (number !== undefined) numbers.set(number, name);
      const typedKey = typeof key.node.value === 'string' ? {} : { typedKey: key.node };
      const named = entries.get(name) ?? { key: name, keyPlace: key.node.place, ...typedKey };
      entries.set(name, { ...named, value: value.node });
    }
    return { node: { kind: 'map', place: this.#tokens.placeFrom(start), entries }, isHashable: false };
  }
}

const DEEPEST_NESTING = 100;
/** Nobody writes a longer list on one line; a text may be longer. */
const LONGEST_LITERAL = 100_000;
