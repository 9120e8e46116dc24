import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWords } from '../../../../src/config/ansible/shell-words.ts';

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

it('words in single quotes come back as they are', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      const line = words.map((word) => `'${word.replaceAll("'", `'"'"'`)}'`).join(' ');
      expect(splitWords(line)).toEqual({ ok: true, value: words });
    }),
  );
});
