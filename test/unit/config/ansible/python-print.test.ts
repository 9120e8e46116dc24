import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pythonJson } from '../../../../src/config/ansible/python-json.ts';
import { pythonText } from '../../../../src/config/ansible/python-text.ts';
import { PythonMap, type PythonValue } from '../../../../src/config/ansible/python-value.ts';

const map = (
  ...items: readonly (readonly [
    PythonValue & (string | bigint | number | boolean | undefined),
    PythonValue,
  ])[]
) => new PythonMap(items);

describe("values as Python's json prints them", () => {
  it.each<readonly [PythonValue, string]>([
    [undefined, 'null'],
    [true, 'true'],
    [123456789012345678901234567890n, '123456789012345678901234567890'],
    [1, '1.0'],
    [-0, '-0.0'],
    [1e16, '1e+16'],
    [1e-7, '1e-07'],
    [123456.789, '123456.789'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    ['é😀\u2028\u007f', '"é😀\u2028\u007f"'],
    ['"\\\n\t\b\u0001', '"\\"\\\\\\n\\t\\b\\u0001"'],
    [[], '[]'],
    [map(), '{}'],
    [[1n, [map()]], '[\n    1,\n    [\n        {}\n    ]\n]'],
    [map(['b', 1n], ['a', [2n]]), '{\n    "a": [\n        2\n    ],\n    "b": 1\n}'],
    [map(['\uFF01', 1n], ['😀', 2n], ['Z', 3n]), '{\n    "Z": 3,\n    "\uFF01": 1,\n    "😀": 2\n}'],
    [map([10n, 'x'], [9n, 'y'], [true, 'z']), '{\n    "true": "z",\n    "9": "y",\n    "10": "x"\n}'],
    [map([undefined, 'x']), '{\n    "null": "x"\n}'],
  ])('case %#', (value, text) => {
    expect(pythonJson(value)).toBe(text);
  });

  it('are read back by JSON as what they were', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(text), (items) => {
        expect(JSON.parse(pythonJson(items))).toEqual(items);
      }),
    );
  });
});

describe("values as Python's str prints them", () => {
  it.each<readonly [PythonValue, string]>([
    ['plain "text"\n', 'plain "text"\n'],
    [undefined, 'None'],
    [false, 'False'],
    [7n, '7'],
    [1.5, '1.5'],
    [NaN, 'nan'],
    [-Infinity, '-inf'],
    [['a', undefined, true, 1n, 1], "['a', None, True, 1, 1.0]"],
    [map(['k', ["it's"]], [1n, 'x']), `{'k': ["it's"], 1: 'x'}`],
    [
      ['\'"', '\\', '\n\r\t\u0000\u007f\u00ad\u2028\u{e0001}é😀 '],
      `['\\'"', '\\\\', '\\n\\r\\t\\x00\\x7f\\xad\\u2028\\U000e0001é😀 ']`,
    ],
    [[], '[]'],
    [map(), '{}'],
  ])('case %#', (value, text) => {
    expect(pythonText(value)).toBe(text);
  });
});
