import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intentOf, inventoryWith, read } from './read.ts';
import { expectIniRefusedOrSafe, expectRefusedOrSafe } from './safe.ts';

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
      '[all:vars]\n',
      ':children]',
      'a=b ',
      '\v',
      '\\',
      ';',
      '{{ 5 }}',
    ),
  );

  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(20),
    insert: piece,
  });

  const damagedOf = (texts: readonly string[]): fc.Arbitrary<string> =>
    fc
      .record({ file: fc.constantFrom(...texts), edits: fc.array(edit, { minLength: 1, maxLength: 6 }) })
      .map(({ file, edits }) =>
        edits.reduce((text, { at, remove, insert }) => {
          const start = Math.floor(at * text.length);
          return text.slice(0, start) + insert + text.slice(start + remove);
        }, file),
      );

  const damaged = damagedOf(files);

  it('as inventory', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(damaged, (text) => expectRefusedOrSafe(text)),
      { numRuns: 1000 },
    );
  });

  it('as inventory in INI format', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(damagedOf(INI_FILES), (text) => {
        expectIniRefusedOrSafe(text);
        expectRefusedOrSafe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('as cluster.yaml', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(damaged, (text) => expectRefusedOrSafe(inventoryWith({}), text)),
      { numRuns: 1000 },
    );
  });

  it('as something else altogether', { timeout: 60_000 }, () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expectRefusedOrSafe(text, text)));
    fc.assert(fc.property(fc.json(), (text) => expectRefusedOrSafe(text, text)));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expectIniRefusedOrSafe(text)));
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

it('an inventory in INI format means what the same one in YAML means', () => {
  const [ini = '', plain = ''] = INI_FILES;
  for (const text of [ini, ini.replaceAll('\n', '\r\n'), `\uFEFF${ini}`]) {
    expect(
      intentOf(text).hosts.map(({ name, target }) => [name, target.address, target.port, target.user]),
    ).toEqual([
      ['cp1', '192.0.2.11', 22, 'ops'],
      ['cp2', '192.0.2.12', 2222, 'admin'],
      ['cp3', 'cp3', 22, 'ops'],
    ]);
  }
  expect(intentOf(plain).hosts.map(({ name }) => name)).toEqual(['n01', 'n02', 'n03']);
});

const INI_FILES = [
  [
    '# the control plane',
    'cp1 ansible_host=192.0.2.11',
    'cp2:2222 ansible_host=192.0.2.12 ansible_user="admin" # behind the wall',
    'cp3',
    '',
    '[control-plane]',
    'cp1',
    'cp2',
    'cp3',
    '',
    '[all:vars]',
    'control_plane_endpoint=192.0.2.10:6443',
    "ansible_ssh_common_args='-o StrictHostKeyChecking=accept-new'",
    'ansible_user = ops',
    'labels=["a", {"b": (1, None)}]',
    '',
  ].join('\n'),
  [
    '[rack-a]',
    'n[01:03] keepalived_interface=eth1 x="{{ y }}"',
    '[control_plane:children]',
    'rack-a',
    '[control_plane:vars]',
    "control_plane_endpoint='192.0.2.10:6443'",
    '',
  ].join('\n'),
];
