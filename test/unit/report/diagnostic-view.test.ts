import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SourceSpan } from '../../../src/domain/error.ts';
import { diagnosticView } from '../../../src/report/diagnostic-view.ts';
import { displayWidth } from '../../../src/report/width.ts';
import { COLORED, host, PLAIN } from './support/samples.ts';

function spanOf(text: string, underlined: string): SourceSpan {
  return {
    file: 'cluster.yaml',
    line: 12,
    column: text.indexOf(underlined) + 1,
    length: underlined.length,
    text,
  };
}

function show(span: SourceSpan, columns?: number): string {
  return diagnosticView({ severity: 'error', message: 'wrong', span, hints: [] }, { ...PLAIN, columns });
}

test('a problem is shown with its place, its line, a squiggle and a hint', () => {
  const diagnostic = {
    severity: 'error',
    message: 'vrid: expected an integer from 1 to 255, got 300',
    span: spanOf('      vrid: 300', '300'),
    hints: ['leave it out and konvoy-ha picks a free one'],
  } as const;
  expect(diagnosticView(diagnostic, PLAIN)).toMatchInlineSnapshot(`
    "konvoy-ha: error: vrid: expected an integer from 1 to 255, got 300
      --> cluster.yaml:12:13
      12 |       vrid: 300
         |             ~~~
    konvoy-ha: hint: leave it out and konvoy-ha picks a free one
    "
  `);
});

test('a warning without a place names its host unless the message does', () => {
  const warning = { severity: 'warning', message: 'no HTTPS client', host: host('cp1'), hints: [] } as const;
  expect(diagnosticView(warning, PLAIN)).toBe('konvoy-ha: warning: cp1: no HTTPS client\n');
  expect(diagnosticView({ ...warning, message: 'cp1 has none' }, PLAIN)).toBe(
    'konvoy-ha: warning: cp1 has none\n',
  );
});

test('tabs, wide letters and escapes do not move the squiggle', () => {
  expect(show(spanOf('\t日本: \u001b x', 'x'))).toMatchInlineSnapshot(`
    "konvoy-ha: error: wrong
      --> cluster.yaml:12:8
      12 |     日本: \\x1b x
         |                ~
    "
  `);
});

test('a secret in the source line is hidden, and the squiggle stays at its place', () => {
  expect(show(spanOf('cp1: {ansible_password: hunter2}', 'hunter2'))).toMatchInlineSnapshot(`
    "konvoy-ha: error: wrong
      --> cluster.yaml:12:25
      12 | cp1: {ansible_password: [redacted]
         |                         ~~~~~~~~~~
    "
  `);
});

test('of a long line only the part around the squiggle is shown', () => {
  const text = `${'before '.repeat(30)}WRONG ${'after '.repeat(30)}`;
  expect(show(spanOf(text, 'WRONG'), 60)).toMatchInlineSnapshot(`
    "konvoy-ha: error: wrong
      --> cluster.yaml:12:211
      12 | …re before before WRONG after after after after aft…
         |                   ~~~~~
    "
  `);
});

test('an empty source line has no squiggle', () => {
  expect(show({ file: 'x.yaml', line: 3, column: 1, length: 1, text: '' })).toBe(
    'konvoy-ha: error: wrong\n  --> x.yaml:3:1\n',
  );
});

test('further lines of a message are indented, and the label alone is coloured', () => {
  const diagnostic = { severity: 'error', message: 'first\nsecond\u0007', hints: [] } as const;
  expect(diagnosticView(diagnostic, PLAIN)).toBe('konvoy-ha: error: first\n    second\\x07\n');
  expect(diagnosticView(diagnostic, COLORED)).toContain('konvoy-ha: \u001b[31merror:\u001b[0m first');
});

test('on any line, in any width, the squiggle underlines something that is shown', () => {
  const span = fc
    .record({
      text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }),
      at: fc.nat(350),
      length: fc.integer({ min: 1, max: 400 }),
    })
    .map(({ text, at, length }): SourceSpan => ({
      file: 'f',
      line: 1,
      column: at + 1,
      length,
      text: `x${text}`,
    }));
  fc.assert(
    fc.property(span, fc.integer({ min: 10, max: 200 }), (place, columns) => {
      const [, , source = '', squiggle = ''] = show(place, columns).split('\n');
      expect(squiggle).toMatch(/^ {4}\| {1,}~+$/);
      expect(displayWidth(squiggle)).toBeLessThanOrEqual(displayWidth(source) + 1);
      expect(displayWidth(source)).toBeLessThanOrEqual(Math.max(columns, 28));
    }),
  );
});
