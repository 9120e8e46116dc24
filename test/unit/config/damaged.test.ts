import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inventoryWith, read } from './read.ts';
import { expectRefusedOrSafe } from './safe.ts';

describe('files that are damaged in any way are refused or read, and nothing else happens', () => {
  const folder = resolve(import.meta.dirname, '../../../inventories');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => readFileSync(join(folder, path), 'utf8'));

  const piece = fc.oneof(
    fc.string({ maxLength: 4 }),
    fc.constantFrom(
      '\t',
      '\n',
      ': ',
      '- ',
      '? ',
      '&a ',
      '*a',
      '<<: *a',
      '"',
      "'",
      '[',
      ']',
      '{',
      '}',
      '|',
      '>',
      '#',
      '%',
      '!!omap ',
      '!vault ',
      '---\n',
      '\0',
      '\uFEFF',
      '\r',
      '0x',
      '~',
      '[1:9]',
      'all:',
      'hosts:',
      'children:',
      'vars:',
    ),
  );

  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(20),
    insert: piece,
  });

  const damaged = fc
    .record({ file: fc.constantFrom(...files), edits: fc.array(edit, { minLength: 1, maxLength: 6 }) })
    .map(({ file, edits }) =>
      edits.reduce((text, { at, remove, insert }) => {
        const start = Math.floor(at * text.length);
        return text.slice(0, start) + insert + text.slice(start + remove);
      }, file),
    );

  it('as inventory', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(damaged, (text) => expectRefusedOrSafe(text)),
      { numRuns: 1000 },
    );
  });

  it('as cluster.yaml', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(damaged, (text) => expectRefusedOrSafe(inventoryWith({}), text)),
      { numRuns: 1000 },
    );
  });

  it('as something else altogether', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expectRefusedOrSafe(text, text)));
    fc.assert(fc.property(fc.json(), (text) => expectRefusedOrSafe(text, text)));
  });

  it('a diagnostic points into the file it is about', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const result = read(text);
        const lines = text.replace(/^\uFEFF/, '').split('\n');
        for (const { span } of result.ok ? result.value.warnings : result.error) {
          if (span === undefined) continue;
          const line = lines[span.line - 1]?.replace(/\r$/, '');
          expect(line?.length).toBe(span.text.length);
          expect(span.column).toBeGreaterThanOrEqual(1);
          expect(span.column).toBeLessThanOrEqual(span.text.length + 1);
          expect(span.length).toBeGreaterThanOrEqual(1);
        }
      }),
    );
  });
});
