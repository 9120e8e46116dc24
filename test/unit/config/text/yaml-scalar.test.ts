import { describe, expect, it } from 'vitest';
import { Problems } from '../../../../src/config/text/problems.ts';
import { sourceFile } from '../../../../src/config/text/source.ts';
import type { ScalarValue, TreeNode } from '../../../../src/config/text/tree.ts';
import { parseYaml } from '../../../../src/config/text/yaml.ts';
import { formatDiagnostic } from '../read.ts';

interface Reading {
  readonly value: TreeNode | undefined;
  readonly complaints: readonly string[];
}

/** The value of `key: WRITTEN`. */
function read(written: string): Reading {
  const problems = new Problems();
  const [tree] = parseYaml(sourceFile('f', '/', `key: ${written}\n`), problems) ?? [];
  const value = tree?.kind === 'map' ? tree.entries.get('key')?.value : undefined;
  return { value, complaints: problems.list().map(formatDiagnostic) };
}

function scalar({ value, complaints }: Reading): ScalarValue {
  expect(complaints).toEqual([]);
  if (value?.kind !== 'scalar') throw new Error('not a scalar');
  return value.value;
}

// Every expectation in this file was printed by PyYAML 6.0.3 through ansible-core 2.14's loader.
describe('a scalar has the value that PyYAML gives it', () => {
  it.each<readonly [string, ScalarValue]>([
    ['yes', true],
    ['Yes', true],
    ['YES', true],
    ['no', false],
    ['on', true],
    ['OFF', false],
    ['true', true],
    ['False', false],
    ['y', 'y'],
    ['N', 'N'],
    ['yES', 'yES'],
    ['tRUE', 'tRUE'],
    ['0', 0n],
    ['-0', 0n],
    ['+1', 1n],
    ['007', 7n],
    ['08', '08'],
    ['0644', 420n],
    ['-0644', -420n],
    ['0_7', 7n],
    ['0o17', '0o17'],
    ['1_000', 1000n],
    ['1__0', 10n],
    ['1_', 1n],
    ['_1', '_1'],
    ['0b101', 5n],
    ['-0b11', -3n],
    ['0b2', '0b2'],
    ['0x1F', 31n],
    ['-0xff', -255n],
    ['0X1F', '0X1F'],
    ['0x', '0x'],
    ['22:22', 1342n],
    ['1:30', 90n],
    ['-1:30', -90n],
    ['1:60', '1:60'],
    ['0:30', '0:30'],
    ['01:30', '01:30'],
    ['190:20:30', 685230n],
    ['192:168', '192:168'],
    ['fd00::1', 'fd00::1'],
    ['1.', 1],
    ['1.5', 1.5],
    ['-1.5', -1.5],
    ['+.5', '+.5'],
    ['.5', 0.5],
    ['1_0.2_5', 10.25],
    ['1e3', '1e3'],
    ['1.5e3', '1.5e3'],
    ['1.5e+3', 1500],
    ['1.0E-2', 0.01],
    ['1.5E+400', Infinity],
    ['1:30.5', 90.5],
    ['190:20:30.15', 685230.15],
    ['.inf', Infinity],
    ['-.Inf', -Infinity],
    ['+.INF', Infinity],
    ['.nan', NaN],
    ['-.nan', '-.nan'],
    ['.NaN', NaN],
    ['inf', 'inf'],
    ['nan', 'nan'],
    ['~', undefined],
    ['null', undefined],
    ['Null', undefined],
    ['NULL', undefined],
    ['nULL', 'nULL'],
    ['2001-12-14', '2001-12-14'],
    ['2001-1-1', '2001-1-1'],
    ['2001-12-14t21:59:43.10-05:00', '2001-12-14T21:59:43.100000-05:00'],
    ['2001-12-14T21:59:43Z', '2001-12-14T21:59:43+00:00'],
    ['9007199254740993', 9007199254740993n],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ['10.0.0.1', '10.0.0.1'],
    ['1.2.3', '1.2.3'],
    ['abc', 'abc'],
    ['', undefined],
    ['2001-12-14 21:59:43.1234567 +5:30', '2001-12-14T21:59:43.123456+05:30'],
    ['2001-12-14  1:00:00 -0', '2001-12-14T01:00:00+00:00'],
    ['2024-02-29 00:00:00.000000', '2024-02-29T00:00:00'],
    ['0001-01-01 1:02:03', '0001-01-01T01:02:03'],
    ['!!str 5', '5'],
    ['!!str', ''],
    ['!!str null', 'null'],
    ['!!int "5"', 5n],
    ['!!int 0o17', 15n],
    ['!!int " 5 "', 5n],
    ['!!int 1:90', 150n],
    ['!!float 5', 5],
    ['!!float 1e3', 1000],
    ['!!float "-.inf"', -Infinity],
    ['!!bool "ON"', true],
    ['!!null x', undefined],
    ['!!timestamp 2001-1-1', '2001-01-01'],
    ['!!timestamp "2001-12-14"', '2001-12-14'],
    ['! 5', 5n],
    ['! "5"', 5n],
    ["! 'yes'", true],
    ['! x', 'x'],
    ['!unsafe 5', '5'],
    ['!!python/unicode 5', '5'],
    ['"5"', '5'],
    ["'yes'", 'yes'],
    ['"~"', '~'],
    ['|\n  5\n', '5\n'],
    ['>-\n  yes\n', 'yes'],
  ])('%s', (written, expected) => {
    expect(scalar(read(written))).toEqual(expected);
  });
});

describe('a scalar that PyYAML cannot make anything of is refused', () => {
  it.each([
    ['0b_', '[0b_] error: expected an integer, got "0b_"; put it in quotes if it is a text'],
    ['0x_', '[0x_] error: expected an integer, got "0x_"; put it in quotes if it is a text'],
    [
      '2024-13-45',
      '[2024-13-45] error: there is no such date: "2024-13-45"; put it in quotes if it is a text',
    ],
    [
      '2023-02-29',
      '[2023-02-29] error: there is no such date: "2023-02-29"; put it in quotes if it is a text',
    ],
    [
      '2001-12-14 25:00:00',
      '[2001-12-14 25:00:00] error: there is no such time: "2001-12-14 25:00:00"; put it in quotes if it is a text',
    ],
    [
      '2001-12-14 1:00:60',
      '[2001-12-14 1:00:60] error: there is no such time: "2001-12-14 1:00:60"; put it in quotes if it is a text',
    ],
    [
      '2001-12-14 1:00:00 +24:00',
      '[2001-12-14 1:00:00 +24:00] error: there is no such time: "2001-12-14 1:00:00 +24:00"; put it in quotes if it is a text',
    ],
    [
      '0000-01-01',
      '[0000-01-01] error: there is no such date: "0000-01-01"; put it in quotes if it is a text',
    ],
    ['=', '[=] error: "=" can only be a key; put it in quotes if it is a text'],
    ['<<', '[<<] error: "<<" can only be a key; put it in quotes if it is a text'],
    ['[=]', '[=] error: "=" can only be a key; put it in quotes if it is a text'],
    ['!!int "08"', '[!!int] error: expected an integer, got "08"'],
    ['!!int abc', '[!!int] error: expected an integer, got "abc"'],
    ['!!int ""', '[!!int] error: expected an integer, got ""'],
    ['!!float x', '[!!float] error: expected a number, got "x"'],
    ['!!bool 1', '[!!bool] error: expected true or false, got "1"'],
    ['!!bool y', '[!!bool] error: expected true or false, got "y"'],
    ['!!timestamp x', '[!!timestamp] error: expected a date, got "x"'],
    ['!!foo x', '[!!foo] error: unknown tag !!foo'],
    ['!foo x', '[!foo] error: unknown tag !foo'],
    ['!<tag:example.net,2024:x> 5', '[!<tag:example.net,2024:x>] error: unknown tag tag:example.net,2024:x'],
    ['!!map x', '[!!map] error: the tag !!map is not for a single value'],
    ['!!seq {a: 1}', '[!!seq] error: the tag !!seq is not for a map'],
    ['!!str [a]', '[!!str] error: the tag !!str is not for a list'],
    ['!vault [a]', '[!vault] error: the tag !vault is not for a list'],
    ['!!set {a, b}', '[!!set] error: the tag !!set is not supported'],
    ['!foo [a]', '[!foo] error: unknown tag !foo'],
    ['!!omap [a]', '[a] error: expected a map of one key'],
    ['!!omap [{a: 1, b: 2}]', '[{a: 1, b: 2}] error: expected a map of one key'],
  ])('%s', (written, complaint) => {
    expect(read(written).complaints.map((text) => text.replace(/^f:1:\d+ /, ''))).toEqual([complaint]);
  });
});

it('a number that no Python could print is a text, however long it is', () => {
  for (const text of [
    '9'.repeat(1e6),
    `1${':0'.repeat(5e5)}`,
    `0x${'f'.repeat(1e6)}`,
    `1.${'0'.repeat(1e6)}`,
  ]) {
    expect(scalar(read(text))).toBe(text);
  }
});
