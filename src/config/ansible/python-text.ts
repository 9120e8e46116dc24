import { pythonFloat } from '../text/json-key.ts';
import type { ScalarValue } from '../text/tree.ts';
import { isPythonList, PythonMap, type PythonValue } from './python-value.ts';

/** What Python's `str(value)` makes: a text as it is, everything else as in a program. */
export function pythonText(value: PythonValue): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}

function pythonRepr(value: PythonValue): string {
  if (isPythonList(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (value instanceof PythonMap) {
    const items = value.items.map(([key, item]) => `${scalarRepr(key)}: ${pythonRepr(item)}`);
    return `{${items.join(', ')}}`;
  }
  return scalarRepr(value);
}

function scalarRepr(value: ScalarValue): string {
  switch (typeof value) {
    case 'undefined':
      return 'None';
    case 'string':
      return quoted(value);
    case 'bigint':
      return String(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      if (Number.isNaN(value)) return 'nan';
      return Number.isFinite(value) ? pythonFloat(value) : `${value < 0 ? '-' : ''}inf`;
    default:
      return value satisfies never;
  }
}

/** Single quotes, unless that would make a backslash needed which double quotes do not need. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replaceAll(/[\\'"]|[\p{C}\p{Z}]/gu, (character) => {
    if (character === ' ' || (/['"]/.test(character) && character !== quote)) return character;
    return ESCAPES.get(character) ?? escapeOf(character);
  });
  return quote + inner + quote;
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character.length === 1 && /[\\'"]/.test(character)) return `\\${character}`;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);
