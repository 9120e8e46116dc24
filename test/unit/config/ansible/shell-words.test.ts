import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitCommentedWords, splitWords } from '../../../../src/config/ansible/shell-words.ts';

describe('a line is split as Python splits it', () => {
  it.each([
    ['', []],
    ['   ', []],
    ['-o A=b', ['-o', 'A=b']],
    [' a\t b\nc ', ['a', 'b', 'c']],
    ['"a b" c', ['a b', 'c']],
    ["'a b' c", ['a b', 'c']],
    ['a"b c"d', ['ab cd']],
    ['-o "UserKnownHostsFile=/a /b"', ['-o', 'UserKnownHostsFile=/a /b']],
    ['""', ['']],
    ["a '' b", ['a', '', 'b']],
    ['a\\ b', ['a b']],
    ['"a\\"b"', ['a"b']],
    ['"a\\\\b"', ['a\\b']],
    ['"a\\nb"', ['a\\nb']],
    ["'a\\'", ['a\\']],
    ['# no comment', ['#', 'no', 'comment']],
    ['$(id) `id`', ['$(id)', '`id`']],
  ])('%j', (line, words) => {
    expect(splitWords(line)).toEqual({ ok: true, value: words });
  });

  it.each([
    ['"a', 'has no closing "'],
    ["a 'b", "has no closing '"],
    ['a\\', 'ends in a backslash'],
    ['"a\\"', 'has no closing "'],
  ])('%j is not complete', (line, error) => {
    expect(splitWords(line)).toEqual({ ok: false, error });
  });
});

it.each([
  ['a b=c', ['a', 'b=c']],
  ['a # b', ['a']],
  ['a#b c', ['a']],
  ['"a#b" \'#\' \\# c', ['a#b', '#', '#', 'c']],
  ['# a', []],
  ['a "#', undefined],
  ['a # "', ['a']],
  ['a\xA0b\vc', ['a\xA0b\vc']],
])('%j with a comment', (line, words) => {
  const split = splitCommentedWords(line);
  expect(split.ok ? split.value.map(({ text }) => text) : undefined).toEqual(words);
});

it('words have places', () => {
  const line = ' a "b c"d\\ e # f';
  const words = splitCommentedWords(line);
  expect(words.ok && words.value.map(({ start, end }) => line.slice(start, end))).toEqual([
    'a',
    '"b c"d\\ e',
  ]);
});

it('a megabyte between quotes exhausts nothing', () => {
  for (const text of ['x'.repeat(1e6), '\\"'.repeat(5e5)]) expect(splitWords(`"${text}"`).ok).toBe(true);
});

it('words in single quotes come back as they are', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      const line = words.map((word) => `'${word.replaceAll("'", `'"'"'`)}'`).join(' ');
      expect(splitWords(line)).toEqual({ ok: true, value: words });
    }),
  );
});
