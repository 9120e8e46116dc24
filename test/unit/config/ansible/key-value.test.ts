import { describe, expect, it } from 'vitest';
import { parseKeyValues } from '../../../../src/config/ansible/key-value.ts';

function read(line: string): unknown {
  const pairs = parseKeyValues(line);
  return pairs.ok ? pairs.value.map(({ key, value }) => [key, value]) : pairs.error;
}

describe('key=value', () => {
  it.each<readonly [string, readonly (readonly [string, string])[]]>([
    ['a=1', [['a', '1']]],
    [
      'a=1  b=2\nc=3',
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ],
    ],
    [
      'a="x y" b=\'p q\'',
      [
        ['a', 'x y'],
        ['b', 'p q'],
      ],
    ],
    ['a="it\'s"', [['a', "it's"]]],
    ['a=', [['a', '']]],
    ['a=b=c', [['a', 'b=c']]],
    [
      'a={{ x + y }} b=1',
      [
        ['a', '{{ x + y }}'],
        ['b', '1'],
      ],
    ],
    ['a="{{ x }}"', [['a', '{{ x }}']]],
    ['a="x \\"y\\""', [['a', 'x "y"']]],
    ['a=\\u00e9\\x41\\U0001F600\\t.', [['a', 'éA😀\t.']]],
    ['a="x\ny"', [['a', 'x\ny']]],
    ['a\\=b=c', [['a\\=b', 'c']]],
    ['a="x"y', [['a', '"x"y']]],
    [
      'a=\\ b=1 \\\n c=2',
      [
        ['a', '\\'],
        ['b', '1'],
        ['c', '2'],
      ],
    ],
    ['', []],
    ['  ', []],
  ])('%j', (line, pairs) => {
    expect(read(line)).toEqual(pairs);
  });

  it.each([
    ['word', 'expected key=value, got "word"'],
    ['a=1 word', 'expected key=value, got "word"'],
    ['a={% if x %} y {% endif %}', 'expected key=value, got "y"'],
    ['=x', 'expected key=value, got "=x"'],
    ['a="x', 'a quote or a template is not closed'],
    ['a={{ x', 'a quote or a template is not closed'],
  ])('%j is refused', (line, reason) => {
    expect(read(line)).toBe(reason);
  });
});
