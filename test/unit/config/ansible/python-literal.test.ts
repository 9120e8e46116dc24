import { describe, expect, it } from 'vitest';
import { readPythonValue } from '../../../../src/config/ansible/python-literal.ts';
import { sourceFile, type Place } from '../../../../src/config/text/source.ts';
import type { TreeNode } from '../../../../src/config/text/tree.ts';

function placeOf(text: string): Place {
  return { source: sourceFile('hosts', '/', text), start: 0, end: text.length };
}

function plain(node: TreeNode): unknown {
  if (node.kind === 'list') return node.items.map(plain);
  if (node.kind === 'map') {
    return Object.fromEntries(Array.from(node.entries, ([key, { value }]) => [key, plain(value)]));
  }
  return node.value;
}

function read(text: string): unknown {
  const value = readPythonValue(text, placeOf(text));
  return value.ok ? plain(value.value) : value;
}

// Every expectation is what ansible-core 2.14 under Python 3.11 made of the value and printed as JSON.
describe('a value that is a Python literal', () => {
  it.each<readonly [string, unknown]>([
    ['0', 0n],
    ['00', 0n],
    ['23', 23n],
    ['-23', -23n],
    ['+ 5', 5n],
    ['-(1)', -1n],
    ['1_000', 1000n],
    ['0x1F', 31n],
    ['0o17', 15n],
    ['0b101', 5n],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['5.', 5],
    ['08.5', 8.5],
    ['1e3', 1000],
    ['1_0.5E-1', 1.05],
    ['1e400', Infinity],
    ['True', true],
    ['False', false],
    ['None', undefined],
    ['"a"', 'a'],
    ["'it\\'s'", "it's"],
    ['"""a"b"""', 'a"b'],
    ['"a" \'b\'', 'ab'],
    ['"\\x41\\u00e9\\U0001F600\\101\\t"', 'Aé😀A\t'],
    ['"\\d\\q"', '\\d\\q'],
    ["r'\\n'", '\\n'],
    ["u'é'", 'é'],
    ["b'\\xc3\\xa9'", 'é'],
    ['[1, "a", [True,], ()]', [1n, 'a', [true], []]],
    ['(1)', 1n],
    ['(1,)', [1n]],
    ['1, 2', [1n, 2n]],
    ['80,443,', [80n, 443n]],
    ['{}', {}],
    ['{"a": 1, "b": [2],}', { a: 1n, b: [2n] }],
    ['{"a": 1, "a": 2}', { a: 2n }],
    ['{1: "a", True: "b", 1.0: "c"}', { 1: 'c' }],
    ['{None: 1, 1.5: 2, False: 3}', { null: 1n, '1.5': 2n, false: 3n }],
    [' \t 5', 5n],
    ['5 # five', 5n],
    ['[1, 2]  ', [1n, 2n]],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('everything else is a text', () => {
  it.each([
    ['', ''],
    ['names', 'abc'],
    ['an address', '10.0.0.1'],
    ['an address with a port', '192.0.2.10:6443'],
    ['an address of version 6', 'fd00::1'],
    ['a leading zero', '007'],
    ['two underscores', '1__0'],
    ['an underscore at the end', '1_'],
    ['half a number', '0x'],
    ['two signs', '--1'],
    ['a signed truth', '-True'],
    ['a sum', '1+2'],
    ['words in small letters', 'true'],
    ['words of YAML', 'yes'],
    ['a comment', '# comment'],
    ['a text with one behind', 'abc # trailing'],
    ['an open quote', '"a'],
    ['an open bracket', '[1, 2'],
    ['a closing bracket too many', '[1]]'],
    ['no comma', '[1 2]'],
    ['two commas', '[1,,2]'],
    ['a name in a list', '[a]'],
    ['a template', '{{ x }}'],
    ['a template in a text', 'a{{ x }}'],
    ['a call', 'set()'],
    ['an escape that is cut short', '"\\x4"'],
    ['a character that there is not', '"\\U00110000"'],
    ['a formatted string', "f'a'"],
    ['bytes beside text', "b'a' 'b'"],
    ['bytes that are no bytes', "b'é'"],
    ['a NUL', '1\0'],
    ['a space of another kind', '1\xA0'],
    ['more digits than Python reads', '9'.repeat(4301)],
    // Python has values for these, which its JSON cannot print.
    ['a set', '{1, 2}'],
    ['a complex number', '1+2j'],
    ['an ellipsis', '...'],
    ['bytes in a list', "[b'a']"],
    ['bytes that are no UTF-8', "b'\\xff'"],
    ['a tuple as key', '{(1, 2): 3}'],
    // Its name is in the tables of Python alone.
    ['a character by its name', '"\\N{BULLET}"'],
  ])('%s', (_, text) => {
    expect(read(text)).toBe(text);
  });
});

it.each(['{{ 5 }}', '{[1]: 2}', '{{}: 1}', '{([],)}', '[{[]}]'])(
  '%s makes Ansible give up, and us',
  (text) => {
    expect(read(text)).toEqual({ ok: false, error: 'a list, a map or a set cannot be a key or be in a set' });
  },
);

it('depth and length exhaust nothing', () => {
  const deep = `${'['.repeat(100)}${']'.repeat(100)}`;
  expect(read(deep)).not.toBe(deep);
  for (const piece of ['[', '(', '{', '-', '{1:', '"', '\\', '#', '1_', '"a" ', ' ', '[]', '1,']) {
    const text = piece.repeat(1e5 / piece.length);
    expect(readPythonValue(text, placeOf(text)).ok).toBe(true);
    expect(read(`x${text.repeat(10)}`)).toBe(`x${text.repeat(10)}`);
  }
});

it('each part has its place where the text stands in the file as it is', () => {
  const text = 'x = [1, {"a": -2 }]  # c';
  const source = sourceFile('hosts', '/', text);
  const value = readPythonValue(text.slice(4), { source, start: 4, end: text.length });
  const list = value.ok && value.value.kind === 'list' ? value.value : undefined;
  const map = list?.items[1]?.kind === 'map' ? list.items[1] : undefined;
  const entry = map?.entries.get('a');
  const written = [list?.place, list?.items[0]?.place, map?.place, entry?.keyPlace, entry?.value.place].map(
    (place) => text.slice(place?.start, place?.end),
  );
  expect(written).toEqual(['[1, {"a": -2 }]', '1', '{"a": -2 }', '"a"', '-2']);
});
