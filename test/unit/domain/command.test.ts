import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  mutate,
  mutateScript,
  probe,
  probeScript,
  shellWord,
  stderrOf,
  stdoutOf,
} from '../../../src/domain/command.ts';
import { complained, said } from '../../support/command-results.ts';
import { runShell, SHELLS, type Shell } from '../../support/shells.ts';

/** What each word is after the shell has read it. */
async function wordsReadBy(shell: Shell, words: readonly string[]): Promise<readonly string[]> {
  const script = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
  const result = await runShell(shell, ['-c', script]);
  expect({ exitCode: result.exitCode, stderr: stderrOf(result) }).toEqual({ exitCode: 0, stderr: '' });
  return stdoutOf(result).split('\0').slice(0, -1);
}

const NASTY: readonly string[] = [
  ...['', ' ', 'a b', "'", "''", "it's", `"`, '\\', '\\n', '\n', 'a\nb\n', '\t', '\r', '#', '# a', '!', '!!'],
  ...[
    '$HOME',
    '${HOME}',
    '$(id)',
    '`id`',
    '*',
    '?',
    '[a]',
    '~',
    '~root',
    '{a,b}',
    '-n',
    '--',
    '-',
    '=',
    'A=b',
  ],
  ...[
    'a;b',
    'a&b',
    '|',
    '>x',
    '<x',
    '2>&1',
    '(',
    ')',
    '%s',
    '%',
    "\\'",
    "'\\''",
    'é',
    '日本',
    '🙂',
    '\u0001',
  ],
  ...['if', 'done', '192.0.2.10', '[2001:db8::1]', '/readyz?verbose&exclude=etcd', 'C:\\x', 'a'.repeat(1000)],
];

/** Characters that mean something to a shell. */
const SPECIAL = ["'", '"', '\\', '$', '`', ' ', '\n', '*', ';', '&', '|', '!', '~', '(', '<', '#'];

describe('a shell word', () => {
  test.each([
    ['plain', 'plain'],
    ['/etc/keepalived/keepalived.conf', '/etc/keepalived/keepalived.conf'],
    ['10.0.50.11', '10.0.50.11'],
    ['', "''"],
    ['a b', "'a b'"],
    ["it's", String.raw`'it'\''s'`],
    ['plain\n', "'plain\n'"],
  ])('of %j is %s', (text, word) => {
    expect(shellWord(text)).toBe(word);
  });

  test('cannot hold a NUL', () => {
    expect(() => shellWord('a\0b')).toThrow('NUL');
  });

  describe.each(SHELLS)('in $name', (shell) => {
    test('is exactly one word, whatever it says', async () => {
      expect(await wordsReadBy(shell, NASTY)).toEqual(NASTY);
    });

    test('is exactly one word for any text', async () => {
      const text = fc
        .oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom(...SPECIAL) }))
        .filter((it) => !it.includes('\0'));
      await fc.assert(
        fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 40 }), async (words) => {
          expect(await wordsReadBy(shell, words)).toEqual(words);
        }),
        { numRuns: 40 },
      );
    });

    test('is one word where a script takes its values: after readonly', async () => {
      const script = NASTY.map((word, index) => `readonly W${index}=${shellWord(word)}\n`).join('');
      const prints = NASTY.map((_, index) => `"$W${index}"`).join(' ');
      const result = await runShell(shell, ['-c', `${script}printf '%s\\0' ${prints}`]);
      expect(stdoutOf(result).split('\0').slice(0, -1)).toEqual(NASTY);
    });
  });
});

describe('a command', () => {
  test('that asks and one that changes cannot be taken for each other', () => {
    expect(probe('ip', 'link')).toEqual({ effect: 'none', argv: ['ip', 'link'] });
    expect(mutate('rm', 'a')).toEqual({ effect: 'change', argv: ['rm', 'a'] });
  });

  test('that is a script has its values as parameters', () => {
    expect(probeScript('echo "$1"', 'a b')).toEqual({
      effect: 'none',
      argv: ['sh', '-c', 'echo "$1"', 'konvoy-ha', 'a b'],
    });
    expect(mutateScript('rm "$1"', 'a')).toEqual({
      effect: 'change',
      argv: ['sh', '-c', 'rm "$1"', 'konvoy-ha', 'a'],
    });
  });

  test('leaves text behind, with a mark for every byte that is none', () => {
    expect(stdoutOf(said('ü\n'))).toBe('ü\n');
    expect(stderrOf(complained('no\n', 1))).toBe('no\n');
    expect(stdoutOf({ ...said(''), stdout: Uint8Array.from([97, 255, 98]) })).toBe('a\uFFFDb');
  });
});
