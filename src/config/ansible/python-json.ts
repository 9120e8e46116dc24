import { jsonKey, pythonFloat } from '../text/json-key.ts';
import type { ScalarValue } from '../text/tree.ts';
import { isPythonList, PythonMap, type PythonValue } from './python-value.ts';

/**
 * The text that Python's `json.dumps(value, sort_keys=True, indent=4, ensure_ascii=False)` makes. Recursion ends: values
 * come of files, which are at most as deep as their parsers let them be.
 */
export function pythonJson(value: PythonValue, lineStart = '\n'): string {
  const indent = `${lineStart}    `;
  if (isPythonList(value)) {
    const items = value.map((item) => pythonJson(item, indent));
    return items.length === 0 ? '[]' : `[${indent}${items.join(`,${indent}`)}${lineStart}]`;
  }
  if (value instanceof PythonMap) {
    const items = value.sorted.map(([key, item]) => `${keyJson(key)}: ${pythonJson(item, indent)}`);
    return items.length === 0 ? '{}' : `{${indent}${items.join(`,${indent}`)}${lineStart}}`;
  }
  return scalarJson(value);
}

function keyJson(key: ScalarValue): string {
  return JSON.stringify(typeof key === 'string' ? key : jsonKey(key));
}

function scalarJson(value: ScalarValue): string {
  switch (typeof value) {
    case 'undefined':
      return 'null';
    case 'string':
      return JSON.stringify(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'number':
      // Python writes NaN, Infinity and -Infinity, which JSON does not have; so does JavaScript.
      return Number.isFinite(value) ? pythonFloat(value) : String(value);
    default:
      return value satisfies never;
  }
}
