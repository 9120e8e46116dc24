import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allStatements,
  parseConfiguration,
  type Statement,
} from '../../../../src/backends/keepalived/configuration.ts';

/** A statement in one line: its words, and what stands in its braces. */
function words({ keyword, words: more, block }: Statement): string {
  const head = [keyword, ...more].map((word) => `<${word}>`).join('');
  return block === undefined ? head : `${head}{${block.map(words).join(';')}}`;
}

function shape(text: string): string {
  return parseConfiguration(text).statements.map(words).join(';');
}

describe('a keepalived.conf', () => {
  test.each([
    ['a line is a statement', 'vrrp_version 3\nrouter_id lb1\n', '<vrrp_version><3>;<router_id><lb1>'],
    ['braces hold statements', 'a {\n  b 1\n  c\n}\nd\n', '<a>{<b><1>;<c>};<d>'],
    ['braces may stand in one line', 'a { b { c 1 } } d', '<a>{<b>{<c><1>}};<d>'],
    ['a brace may stand in the next line', 'a x\n{\nb\n}\n', '<a><x>{<b>}'],
    ['a brace needs no space', 'a{b}c', '<a>{<b>};<c>'],
    ['# and ! begin a comment, also in a word', 'a 1#2 {\nb ! } {\n# }\n', '<a><1>;<b>'],
    ['an escaped # or ! does not', String.raw`a 1\#2 \!x`, '<a><1#2><!x>'],
    [
      'quotes keep spaces, braces and comments',
      'script "/bin/x -a {#!}" root',
      '<script></bin/x -a {#!}><root>',
    ],
    ['a quote in a word belongs to it', 'a b"c d"e', '<a><bc de>'],
    ['lines may end with CR LF', 'a 1\r\nb\r\n', '<a><1>;<b>'],
    ['nothing has nothing', '\n # nothing\n\t\n', ''],
  ])('%s', (_, text, expected) => {
    expect(shape(text)).toBe(expected);
  });

  test('knows the place of every statement', () => {
    const { statements } = parseConfiguration('# first\n\n  a {\n\tb 1 { c }\n}\n');
    expect(allStatements(statements).map(({ keyword, line, column }) => [keyword, line, column])).toEqual([
      ['a', 3, 3],
      ['b', 4, 2],
      ['c', 4, 8],
    ]);
  });

  test.each<readonly [string, string, readonly (readonly [number, number, string])[]]>([
    ['nothing', 'a {\n}\n', []],
    ['a brace that is not closed', 'a {\n b {\n }\n', [[1, 1, 'the { of a is never closed']]],
    ['a brace that closes nothing', 'a\n}\n', [[2, 1, 'this } closes nothing']]],
    ['a brace of no keyword', '{\nb\n}\n', [[1, 1, 'this { belongs to no keyword']]],
    ['a second brace of one keyword', 'a { }\n{ }\n', [[2, 1, 'this { belongs to no keyword']]],
    ['a quote that is not closed', 'a "b {\nc\n', [[1, 3, 'this quote is never closed']]],
  ])('complains about %s', (_, text, expected) => {
    expect(
      parseConfiguration(text).problems.map(({ line, column, message }) => [line, column, message]),
    ).toEqual(expected);
  });

  test.each([
    ['a line', 'a 1 "b c" # d\ne', ['a 1 "b c"', 'e']],
    ['a block', ' a x\n{\n b {\n }\n} c', ['a x\n{\n b {\n }\n}', 'c']],
    ['lines that end with CR LF', 'a 1\r\nb {\r\n}\r\n', ['a 1', 'b {\r\n}']],
  ])('says from where to where a statement stands: %s', (_, text, expected) => {
    const { statements } = parseConfiguration(text);
    expect(statements.map(({ from, to }) => text.slice(from, to))).toEqual(expected);
  });

  test('of any text is taken apart, at places that are in it', () => {
    const piece = fc.constantFrom(...['{', '}', '"', '\\', '#', '!', ' ', '\n', '\r', 'a', '$', '\u2028']);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          const { statements, problems } = parseConfiguration(text);
          const lines = text.split('\n');
          for (const { line, column } of [...allStatements(statements), ...problems]) {
            expect(lines[line - 1]?.length).toBeGreaterThanOrEqual(column);
          }
        },
      ),
    );
  });

  test('that is made of statements is read as those statements', () => {
    const word = fc.stringMatching(/^[a-z0-9/._-]{1,8}$/);
    const quoted = fc.stringMatching(/^[a-z {}#!]{0,8}$/);
    const { tree } = fc.letrec<{ tree: Statement[] }>((tie) => ({
      tree: fc.array(
        fc.record(
          {
            keyword: word,
            words: fc.array(fc.oneof(word, quoted), { maxLength: 3 }),
            block: fc.oneof({ depthSize: 'small' }, fc.constant([]), tie('tree')),
            line: fc.constant(0),
            column: fc.constant(0),
            from: fc.constant(0),
            to: fc.constant(0),
          },
          { requiredKeys: ['keyword', 'words', 'line', 'column', 'from', 'to'] },
        ),
        { maxLength: 4 },
      ),
    }));
    const written = (statements: readonly Statement[]): string =>
      statements
        .map(({ keyword, words: more, block }) => {
          const head = [keyword, ...more.map((each) => `"${each}"`)].join(' ');
          return block === undefined ? `${head}\n` : `${head} {\n${written(block)}}\n`;
        })
        .join('');
    fc.assert(
      fc.property(tree, (statements) => {
        const text = written(statements);
        expect(shape(text)).toBe(statements.map(words).join(';'));
        const read = parseConfiguration(text).statements;
        expect(read.map(({ from, to }) => `${text.slice(from, to)}\n`).join('')).toBe(text);
      }),
    );
  });

  test('of a megabyte of braces or quotes is read at once', () => {
    for (const text of [
      'a{'.repeat(2000),
      `a ${'"'.repeat(1e6)}`,
      `a ${'\\'.repeat(1e6)}`,
      '#'.repeat(1e6),
    ]) {
      expect(parseConfiguration(text).statements.length).toBeLessThanOrEqual(1);
    }
  });
});
