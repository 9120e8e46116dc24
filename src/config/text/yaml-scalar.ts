import { err, ok, type Result } from '../../domain/result.ts';
import type { ScalarValue } from './tree.ts';
import { parseYamlFloat, parseYamlInteger, PLAIN_FLOAT, PLAIN_INTEGER } from './yaml-number.ts';
import { parseYamlTimestamp, PLAIN_TIMESTAMP } from './yaml-timestamp.ts';

/** A scalar as it stands in a file. */
export interface WrittenScalar {
  /** Between the quotes, if any. */
  readonly text: string;
  /** Neither quoted nor a block. */
  readonly isPlain: boolean;
  /** The full name of its explicit tag. */
  readonly tag: string | undefined;
}

/** `merge` is `<<` and `value` is `=`: they mean something as keys only. */
export type ScalarType =
  | ('null' | 'bool' | 'int' | 'float' | 'timestamp' | 'binary' | 'str')
  | ('merge' | 'value')
  | ('vault' | 'unsafe');

export interface TypedValue {
  readonly type: ScalarType;
  readonly value: ScalarValue;
}

/** What PyYAML's safe loader, with Ansible's additions, makes of a scalar by the rules of YAML 1.1. */
export function resolveScalar({ text, isPlain, tag }: WrittenScalar): Result<TypedValue, string> {
  // The tag "!" asks for what a plain scalar would be, even of a quoted one.
  if (tag === '!' || (tag === undefined && isPlain)) return construct(plainType(text), text);
  if (tag === undefined) return ok({ type: 'str', value: text });
  const type = SCALAR_TAGS.get(tag);
  return type === undefined ? err(wrongTag(tag, 'a single value')) : construct(type, text);
}

/** What a JSON number, literal or string is to Python's `json`. */
export function resolveJsonScalar({ text, isPlain }: WrittenScalar): Result<TypedValue, string> {
  if (!isPlain) return ok({ type: 'str', value: text });
  if (text === 'null') return ok({ type: 'null', value: undefined });
  if (text === 'true' || text === 'false') return ok({ type: 'bool', value: text === 'true' });
  return construct(/^-?[0-9]+$/.test(text) ? 'int' : 'float', text);
}

/** Says that a tag cannot stand where it does, in the short form that people write. */
export function wrongTag(tag: string, what: string): string {
  const written = tag.replace(/^tag:yaml\.org,2002:/, '!!');
  if (tag === 'tag:yaml.org,2002:set') return `the tag ${written} is not supported`;
  return SCALAR_TAGS.has(tag) || COLLECTION_TAGS.includes(tag)
    ? `the tag ${written} is not for ${what}`
    : `unknown tag ${written}`;
}

function plainType(text: string): ScalarType {
  if (text.length > LONGEST_TYPED || !/^(?:$|[-+.0-9~<=ynNYtTfFoO])/.test(text)) return 'str';
  return PLAIN_TYPES.find(([, pattern]) => pattern.test(text))?.[0] ?? 'str';
}

function construct(type: ScalarType, text: string): Result<TypedValue, string> {
  const value = valueOf(type, text);
  return value.ok ? ok({ type, value: value.value }) : value;
}

function valueOf(type: ScalarType, text: string): Result<ScalarValue, string> {
  switch (type) {
    case 'null':
      return ok(undefined);
    case 'bool':
      return parseYamlBoolean(text);
    case 'int':
      return parseYamlInteger(text);
    case 'float':
      return parseYamlFloat(text);
    case 'timestamp':
      return parseYamlTimestamp(text);
    case 'binary':
    case 'str':
    case 'merge':
    case 'value':
    case 'vault':
    case 'unsafe':
      return ok(text);
    default:
      return type satisfies never;
  }
}

/** Six words; `y` and `n`, which YAML 1.1 has too, are texts to PyYAML. */
function parseYamlBoolean(text: string): Result<boolean, string> {
  if (/^(?:yes|true|on)$/i.test(text)) return ok(true);
  if (/^(?:no|false|off)$/i.test(text)) return ok(false);
  return err(`expected true or false, got ${JSON.stringify(text)}`);
}

/** In PyYAML's order: what an earlier pattern takes, a later one does not see. */
const PLAIN_TYPES: readonly (readonly [ScalarType, RegExp])[] = [
  ['bool', /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/],
  ['float', PLAIN_FLOAT],
  ['int', PLAIN_INTEGER],
  ['merge', /^<<$/],
  ['null', /^(?:~|null|Null|NULL|)$/],
  ['timestamp', PLAIN_TIMESTAMP],
  ['value', /^=$/],
];

const SCALAR_TAGS: ReadonlyMap<string, ScalarType> = new Map([
  ...(['null', 'bool', 'int', 'float', 'timestamp', 'binary', 'str'] as const).map(
    (type): [string, ScalarType] => [`tag:yaml.org,2002:${type}`, type],
  ),
  ['tag:yaml.org,2002:python/unicode', 'str'],
  ['!vault', 'vault'],
  ['!vault-encrypted', 'vault'],
  ['!unsafe', 'unsafe'],
]);

const COLLECTION_TAGS = ['seq', 'map', 'omap', 'pairs'].map((type) => `tag:yaml.org,2002:${type}`);

/** No number that Python can hold is written longer; the patterns need not look at a megabyte. */
const LONGEST_TYPED = 5000;
