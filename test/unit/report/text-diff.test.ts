import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffFile } from '../../../src/report/text-diff.ts';
import { bytes } from './support/samples.ts';

const PATH = '/etc/keepalived/keepalived.conf';
const hasPatch = spawnSync('patch', ['--version']).status === 0;

test('a changed line is shown in GNU form with three lines of context', () => {
  const before = bytes('a\nb\nc\nd\ne\nf\ng\n');
  const after = bytes('a\nb\nc\nd\nE\nf\ng\n');
  expect(diffFile({ path: PATH, before, after })).toMatchInlineSnapshot(`
    {
      "added": 1,
      "hidesChanges": false,
      "kind": "text",
      "removed": 1,
      "text": "--- a/etc/keepalived/keepalived.conf
    +++ b/etc/keepalived/keepalived.conf
    @@ -2,6 +2,6 @@
     b
     c
     d
    -e
    +E
     f
     g
    ",
    }
  `);
});

test('a new file comes from /dev/null, a removed one goes there, and a count of 1 is left out', () => {
  expect(diffFile({ path: '/etc/one', after: bytes('line\n') }).text).toMatchInlineSnapshot(`
    "--- /dev/null
    +++ b/etc/one
    @@ -0,0 +1 @@
    +line
    "
  `);
  expect(diffFile({ path: '/etc/one', before: bytes('line') }).text).toMatchInlineSnapshot(`
    "--- a/etc/one
    +++ /dev/null
    @@ -1 +0,0 @@
    -line
    \\ No newline at end of file
    "
  `);
});

test('equal files, and an empty file that comes or goes, have no diff', () => {
  expect(diffFile({ path: PATH, before: bytes('a\n'), after: bytes('a\n') }).kind).toBe('none');
  expect(diffFile({ path: PATH, after: bytes('') })).toMatchObject({ kind: 'none', text: '' });
});

test('binary files are one line', () => {
  const binary = { path: PATH, before: Uint8Array.of(1, 0, 2), after: bytes('text\n') };
  expect(diffFile(binary)).toMatchObject({
    kind: 'binary',
    text: `Binary files a${PATH} and b${PATH} differ\n`,
  });
  expect(diffFile({ path: '/x', after: Uint8Array.of(0xff) }).text).toBe(
    'Binary files /dev/null and b/x differ\n',
  );
});

test('secrets are hidden on both sides, and a change in nothing else is said', () => {
  const before = bytes('auth_pass old\npriority 1\n');
  expect(diffFile({ path: PATH, before, after: bytes('auth_pass new\npriority 1\n') })).toMatchObject({
    kind: 'redacted',
    text: `Redacted values in a${PATH} and b${PATH} differ\n`,
  });
  const both = diffFile({ path: PATH, before, after: bytes('auth_pass new\npriority 2\n') });
  expect(both.text).not.toMatch(/old|new/);
  expect(both).toMatchObject({ kind: 'text', hidesChanges: true });
});

test('two big texts with nothing in common are replaced as a whole', () => {
  const lines = (word: string): Uint8Array =>
    bytes(Array.from({ length: 5000 }, (_, at) => `${word} ${at}\n`).join(''));
  const diff = diffFile({ path: PATH, before: lines('old'), after: lines('new') });
  expect(diff).toMatchObject({ kind: 'text', added: 5000, removed: 5000 });
  expect(diff.text.split('\n')[2]).toBe('@@ -1,5000 +1,5000 @@');
});

describe.skipIf(!hasPatch)('GNU patch', () => {
  const line = fc.constantFrom(
    '',
    ' ',
    'a',
    'b',
    'c',
    '-x',
    '+x',
    '--- a',
    '@@ -1 +1 @@',
    '\\ No',
    'tab\there',
    'ü',
  );
  const text = fc
    .tuple(fc.array(line, { maxLength: 30 }), fc.constantFrom('\n', ''))
    .map(([lines, end]) => (lines.length === 0 ? '' : lines.join('\n') + end));

  test('turns any text into any other', () => {
    fc.assert(
      fc.property(text, text, (before, after) => expectPatched({ path: PATH, before, after })),
      { numRuns: 60 },
    );
  });

  test.each([
    ['creates a file', undefined, 'new\n'],
    ['removes a file', 'old\n', undefined],
    ['empties a file', 'old\n', ''],
    ['fills an empty file', '', 'new\n'],
    ['keeps a missing line feed at the end', 'a\nb', 'a\nc'],
    ['adds the missing line feed', 'a', 'a\n'],
    ['keeps carriage returns', 'a\r\nb\r\n', 'a\r\nc\r\n'],
    [
      'applies a whole replacement',
      'old\n'.repeat(3) + 'x'.repeat(5),
      Array.from({ length: 5000 }, (_, i) => `${i}\n`).join(''),
    ],
  ])('%s', (_name, before, after) => expectPatched({ path: PATH, before, after }));

  test.each(['/etc/with space/a b.conf', '/etc/quo"te', '/etc/back\\slash', '/etc/ünï', '/etc/line\nfeed'])(
    'finds the file %j',
    (path) => expectPatched({ path, before: 'a\n', after: 'b\n' }),
  );
});

interface PatchCase {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

function expectPatched({ path, before, after }: PatchCase): void {
  const diff = diffFile({ path, before: optionalBytes(before), after: optionalBytes(after) });
  if (diff.text === '') return;
  const root = mkdtempSync(join(tmpdir(), 'konvoy-ha-patch-'));
  try {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    if (before !== undefined) writeFileSync(target, before);
    execFileSync('patch', ['-p1', '--binary', '--quiet', '--directory', root], { input: diff.text });
    expect(existsSync(target) ? readFileSync(target, 'utf8') : undefined).toBe(after);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function optionalBytes(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : bytes(text);
}
