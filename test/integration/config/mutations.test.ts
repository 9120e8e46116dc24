import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import type { Diagnostic } from '../../../src/domain/error.ts';
import { inventoryWith, read } from '../../unit/config/read.ts';

/** Cases in all, and the seed; both can be given, to look at more of them or at one again. */
const CASES = Number(process.env['KONVOY_HA_CASES'] ?? 10_000);
const SEED = Number(process.env['KONVOY_HA_SEED'] ?? 1);
/** What a person waits for without wondering: nothing in a file may make reading it take longer. */
const LONGEST_MS = 1000;

const root = resolve(import.meta.dirname, '../../..');
const FILES = ['inventories', 'test/fixtures/konvoy'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => readFileSync(join(root, folder, path), 'utf8')),
);
const INI =
  '[control-plane]\ncp[1:3] ansible_user=ops x="{{ y }}"\n[all:vars]\ncontrol_plane_endpoint=192.0.2.10:6443\n';

type Mutation = (text: string) => string;

const place = fc.double({ min: 0, max: 1, noNaN: true });

/** Changes the line at a place; the other lines stay. */
function onLine(
  change: (line: string, lines: readonly string[]) => readonly string[],
): fc.Arbitrary<Mutation> {
  return place.map((at) => (text) => {
    const lines = text.split('\n');
    const index = Math.min(lines.length - 1, Math.floor(at * lines.length));
    return lines.toSpliced(index, 1, ...change(lines[index] ?? '', lines)).join('\n');
  });
}

function inserted(what: fc.Arbitrary<string>): fc.Arbitrary<Mutation> {
  return fc.tuple(place, what).map(([at, piece]) => (text) => {
    const start = Math.floor(at * text.length);
    return text.slice(0, start) + piece + text.slice(start);
  });
}

/** The value of a line as something of another type. */
function retyped(value: string): fc.Arbitrary<Mutation> {
  return onLine((line) => [line.replace(/(?<=[:=]) ?\S.*$|$/, ` ${value}`)]);
}

const BOMB = `bomb: {a: &a [1,1,1,1,1,1,1,1,1], ${Array.from({ length: 9 }, (_, level) => {
  const [anchor, before] = [level + 1, level].map((index) => String.fromCharCode(97 + index));
  return `${anchor}: &${anchor} [${Array<string>(9).fill(`*${before}`).join(',')}]`;
}).join(', ')}}`;

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 4, arbitrary: onLine(() => []) },
  { weight: 2, arbitrary: onLine((line) => [line, line]) },
  { weight: 2, arbitrary: onLine((line) => [`  ${line}`]) },
  { weight: 2, arbitrary: onLine((line) => [line.replace(/^ {1,4}/, '')]) },
  ...[
    '[]',
    '{}',
    '~',
    '-1',
    '1e999',
    '0x1f',
    '22:22',
    'yes',
    '"',
    '[1, {a: b}]',
    '!vault x',
    '!!binary x',
    '*x',
  ].map((value) => ({ weight: 1, arbitrary: retyped(value) })),
  { weight: 3, arbitrary: inserted(fc.string({ unit: 'binary', maxLength: 8 })) },
  {
    weight: 2,
    arbitrary: inserted(fc.constantFrom('\0', '\uFEFF', '\r', '\t', '\v', '\u0085', '\u2028', '\x1b[2J')),
  },
  { weight: 1, arbitrary: fc.constant((text: string) => text.replaceAll('\n', '\r\n')) },
  { weight: 1, arbitrary: fc.constant((text: string) => `\uFEFF${text}`) },
  { weight: 1, arbitrary: place.map((at) => (text: string) => text.slice(0, Math.floor(at * text.length))) },
  { weight: 1, arbitrary: onLine((line) => [line, BOMB]) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('[', '{a: ', '- ', '? '), fc.integer({ min: 10, max: 20_000 }))
      .chain(([opening, depth]) => onLine((line) => [line, `deep: ${opening.repeat(depth)}`])),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'x',
          '[',
          '{',
          '"',
          '\\',
          '{{ x }}',
          ' ',
          ':',
          '#',
          '&a ',
          "'",
          '- ',
          '*x ',
          'a: ',
          ', ',
        ),
        // A megabyte now and then: it takes a while to make, too.
        fc.constantFrom(2 ** 12, 2 ** 12, 2 ** 14, 2 ** 14, 2 ** 17, 2 ** 20),
      )
      .chain(([unit, size]) => onLine((line) => [line, `big: ${unit.repeat(size / unit.length)}`])),
  },
);

const mutated = fc
  .tuple(fc.constantFrom(...FILES, INI), fc.array(mutation, { minLength: 1, maxLength: 4 }))
  .map(([text, mutations]) => mutations.reduce((before, change) => change(before), text));

let slowestMs = 0;
let [accepted, refused] = [0, 0];

afterAll(() => {
  process.stderr.write(
    `mutations, seed ${SEED}: ${accepted} accepted, ${refused} refused, the slowest in ${Math.round(slowestMs)} ms\n`,
  );
});

it.each([
  ['inventory', (text: string) => read(text)],
  ['cluster.yaml', (text: string) => read(inventoryWith({}), text)],
])(
  `${CASES / 2} damaged files, read as %s, are accepted or refused with a place, each within a second`,
  { timeout: 60_000 + CASES * 20 },
  (_, readAs) => {
    fc.assert(
      fc.property(mutated, (text) => {
        const started = performance.now();
        const result = readAs(text);
        const elapsedMs = performance.now() - started;
        slowestMs = Math.max(slowestMs, elapsedMs);
        expect(elapsedMs).toBeLessThan(LONGEST_MS);
        if (result.ok) accepted += 1;
        else refused += 1;
        if (!result.ok) expectLocated(result.error);
      }),
      // A megabyte is too much to look for a shorter case in.
      { numRuns: CASES / 2, seed: SEED, endOnFailure: true },
    );
  },
);

function expectLocated(diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  expect(errors.length).toBeGreaterThan(0);
  // That something is missing everywhere has no place; whatever is wrong has one.
  for (const { message, span } of errors) {
    expect(message).not.toMatch(/\n {4}at |internal error/);
    if (span === undefined)
      expect(message).toMatch(/^(no control-plane endpoint|there is no group|the group)/);
  }
}
