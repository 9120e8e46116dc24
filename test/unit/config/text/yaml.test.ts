import { describe, expect, it } from 'vitest';
import { Problems } from '../../../../src/config/text/problems.ts';
import { sourceFile } from '../../../../src/config/text/source.ts';
import type { TreeNode } from '../../../../src/config/text/tree.ts';
import { parseYaml } from '../../../../src/config/text/yaml.ts';
import { formatDiagnostic } from '../read.ts';

function parse(text: string): {
  readonly trees: readonly unknown[] | undefined;
  readonly problems: readonly string[];
} {
  const problems = new Problems();
  const trees = parseYaml(sourceFile('f.yaml', '/cluster', text), problems);
  return { trees: trees?.map(plain), problems: problems.list().map(formatDiagnostic) };
}

/** Maps and lists as plain values; scalars as the text they are written with. */
function plain(node: TreeNode): unknown {
  switch (node.kind) {
    case 'map':
      return Object.fromEntries(Array.from(node.entries.values(), ({ key, value }) => [key, plain(value)]));
    case 'list':
      return node.items.map(plain);
    case 'scalar':
      return node.isNull ? null : node.tag === undefined ? node.text : `${node.tag}: ${node.text}`;
    default:
      return node satisfies never;
  }
}

describe('scalars keep the text they were written with', () => {
  it.each([
    ['22:22', '22:22'],
    ['0644', '0644'],
    ['1_000', '1_000'],
    ['1.10', '1.10'],
    ['0x1F', '0x1F'],
    ['yes', 'yes'],
    ['"22"', '22'],
    ["'it''s'", "it's"],
    ['"a\\tb"', 'a\tb'],
    ['', null],
    ['~', null],
    ['null', null],
    ['"null"', 'null'],
    ['""', ''],
    ['2001-12-14', '2001-12-14'],
    ['!!str 5', '5'],
    ['!unsafe "{{ x }}"', 'unsafe: {{ x }}'],
    ['!vault |\n  $ANSIBLE_VAULT;1.1\n  62', 'vault: $ANSIBLE_VAULT;1.1\n62\n'],
    ['!vault-encrypted x', 'vault: x'],
    ['|\n  line\n', 'line\n'],
    ['>-\n  one\n  two\n', 'one two'],
  ])('%j', (written, expected) => {
    expect(parse(`key: ${written}\n`)).toEqual({ trees: [{ key: expected }], problems: [] });
  });

  it('keys that are texts, too', () => {
    const { trees, problems } = parse('y: 1\n"22:22": 2\n10.0.0: 3\nfd00::1:\n"a b": 4\n"": 5\n=: 6\n');
    expect(problems).toEqual([]);
    expect(trees).toEqual([
      { y: '1', '22:22': '2', '10.0.0': '3', 'fd00::1': null, 'a b': '4', '': '5', '=': '6' },
    ]);
  });

  it('a key called __proto__ is a key like any other', () => {
    const problems = new Problems();
    const [tree] = parseYaml(sourceFile('f', '/', '__proto__: {polluted: 1}\n'), problems) ?? [];
    expect(tree?.kind === 'map' && [...tree.entries.keys()]).toEqual(['__proto__']);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('documents', () => {
  it.each([
    ['nothing', '', []],
    ['a comment', '# only\n', []],
    ['empty documents', '---\n---\n---\na: 1\n', [{ a: '1' }]],
    ['two documents', 'a: 1\n---\nb: 2\n', [{ a: '1' }, { b: '2' }]],
    ['Windows line ends and a byte order mark', '\uFEFFa: 1\r\nb: 2\r\n', [{ a: '1', b: '2' }]],
    ['JSON', '{"a": [1, {"b": null}]}', [{ a: ['1', { b: null }] }]],
  ])('of a file with %s', (_, text, expected) => {
    expect(parse(text)).toEqual({ trees: expected, problems: [] });
  });
});

describe('anchors and merge keys', () => {
  it.each([
    ['an alias', 'a: &x {b: 1}\nc: *x\n', { a: { b: '1' }, c: { b: '1' } }],
    ['an alias as key', 'a: &x name\n*x : 1\n', { a: 'name', name: '1' }],
    ['a redefined anchor', 'a: &x 1\nb: *x\nc: &x 2\nd: *x\n', { a: '1', b: '1', c: '2', d: '2' }],
    [
      'own keys beat merged ones',
      'a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}\n',
      { a: { k: '1', l: '2' }, b: { l: '2', k: '3' } },
    ],
    [
      'of two merged maps the first wins',
      'a: &x {k: 1}\nb: &y {k: 2, m: 4}\nc:\n  <<: [*x, *y]\n',
      { a: { k: '1' }, b: { k: '2', m: '4' }, c: { k: '1', m: '4' } },
    ],
    ['a quoted "<<" is a key', '"<<": 1\n', { '<<': '1' }],
    [
      'of two merge keys the later one wins',
      'a: &x {k: 1}\nb: &y {k: 2}\nc:\n  <<: *x\n  <<: *y\n',
      { a: { k: '1' }, b: { k: '2' }, c: { k: '2' } },
    ],
  ])('%s', (_, text, expected) => {
    expect(parse(text)).toEqual({ trees: [expected], problems: [] });
  });
});

describe('what is wrong is said with its place', () => {
  it.each([
    [
      'a duplicate key',
      'a: 1\nb: 2\na: 3\n',
      ['f.yaml:3:1 [a] error: duplicate key "a"; the first one is on line 1'],
    ],
    [
      'the same key written in two ways',
      '1: x\n"1": y\n',
      ['f.yaml:2:1 ["1"] error: duplicate key "1"; the first one is on line 1'],
    ],
    [
      'a tab',
      'a:\n\tb: 1\n',
      ['f.yaml:2:1 [\t] error: not valid YAML: tabs are not allowed as indentation; indent with spaces'],
    ],
    [
      'an unclosed list',
      'a: [1,\n',
      [expect.stringMatching(/^f\.yaml:1:6 \[,\] error: not valid YAML: flow sequence .*/)],
    ],
    ['an unclosed quote', 'a: "x\n', ['f.yaml:1:5 [x] error: not valid YAML: missing closing double quote']],
    [
      'a map in a map',
      'a: b: c\n',
      ['f.yaml:1:4 [b] error: not valid YAML: nested mappings are not allowed in compact mappings'],
    ],
    [
      'a reserved character',
      'a: @x\n',
      [
        expect.stringContaining(
          'f.yaml:1:4 [@] error: not valid YAML: plain value cannot start with reserved character @; put the value in quotes',
        ),
      ],
    ],
    [
      'a template without quotes',
      'a: {{ b }}\n',
      ['f.yaml:1:5 [{ b }] error: a key must be plain text; put a value with "{{ … }}" in quotes'],
    ],
    ['a list as key', '? [a]\n: 1\n', ['f.yaml:1:3 [[a]] error: a key must be plain text']],
    ['an unknown alias', 'a: *b\n', ['f.yaml:1:4 [*b] error: alias *b has no anchor &b before it']],
    [
      'an alias in its own anchor',
      'a: &b [*b]\n',
      ['f.yaml:1:8 [*b] error: alias *b has no anchor &b before it'],
    ],
    [
      'a merge of something that is no map',
      'a: {<<: 5}\n',
      ['f.yaml:1:9 [5] error: only a map can be merged with <<'],
    ],
    ['an unknown tag', 'a: !foo 1\n', ['f.yaml:1:4 [!foo] error: unknown tag !foo']],
    ['an ordered map of YAML 1.1', 'a: !!omap [{b: 1}]\n', []],
  ])('%s', (_, text, expected) => {
    expect(parse(text).problems).toEqual(expected);
  });

  it('the keys of a merged map come first, as in PyYAML', () => {
    const { trees } = parse('a: &x {k: 1, l: 2}\nb: &y {m: 3, k: 4}\nc: {z: 5, l: 6, <<: [*x, *y]}\n');
    expect(JSON.stringify(trees?.[0])).toContain('"c":{"m":"3","k":"1","l":"6","z":"5"}');
  });

  it.each([
    ['\0', 'U+0000'],
    ['\x07', 'U+0007'],
    ['\x7F', 'U+007F'],
    ['\x85', 'U+0085'],
    ['\u2028', 'U+2028'],
    ['\uFEFF', 'U+FEFF'],
  ])('the character %j', (character, name) => {
    expect(parse(`a: x${character}y\n`).problems).toEqual([
      expect.stringMatching(
        `^f\\.yaml:1:5 [^]* error: not valid YAML: the character ${name.replace('+', '\\+')} is not allowed; write it as an escape, in double quotes$`,
      ),
    ]);
  });

  it('every duplicate key of a file is named, and the first of two counts', () => {
    const { trees, problems } = parse('a: 1\na: 2\nb: {c: 1, c: 2}\n');
    expect(problems).toHaveLength(2);
    expect(trees).toEqual([{ a: '1', b: { c: '1' } }]);
  });

  it('one slip does not fill the screen', () => {
    expect(parse(']'.repeat(5000)).problems).toHaveLength(20);
  });
});

describe('files made to exhaust the machine are refused', () => {
  const letters = Array.from('abcdefghij');
  const bomb = letters.map((letter, index) =>
    index === 0
      ? 'a: &a [1,1,1,1,1,1,1,1,1]'
      : `${letter}: &${letter} [${`*${letters[index - 1] ?? ''} ,`.repeat(9)}]`,
  );

  it('an alias bomb', () => {
    expect(parse(bomb.join('\n')).problems).toEqual([
      expect.stringMatching(/aliases stand for more than 200000 values$/),
    ]);
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['braces', '{'.repeat(100_000)],
    ['dashes', '- '.repeat(50_000)],
    ['question marks', '? '.repeat(50_000)],
    ['keys', 'a: '.repeat(50_000)],
    ['indentation', Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
  ])('nesting by %s', (_, text) => {
    expect(parse(text).problems).toEqual([expect.stringMatching(/error: nested more than 100 levels deep$/)]);
  });

  it('while a hundred levels are fine', () => {
    expect(parse(`${'['.repeat(100)}${']'.repeat(100)}`).problems).toEqual([]);
  });
});
