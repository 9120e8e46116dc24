import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keepalivedFact } from '../../../../src/backends/keepalived/facts.ts';
import type { KeepalivedFacts } from '../../../../src/domain/facts.ts';
import { complained, said } from '../../../support/command-results.ts';

/** What the packages of Debian answer to `keepalived --version`; only the line about the running kernel is another's. */
function versionText(name: string): string {
  return readFileSync(
    join(import.meta.dirname, '../../../fixtures/keepalived-version', `${name}.txt`),
    'utf8',
  );
}

const NO_STATE = complained('cat: /run/konvoy-ha/state: No such file or directory', 1);

describe('the version of keepalived', () => {
  test.each([
    ['debian-11-2.1.5', '2.1.5'],
    ['debian-12-2.2.7', '2.2.7'],
    ['debian-13-2.3.3', '2.3.3'],
  ])('is read from %s', (name, version) => {
    expect(keepalivedFact.parse([said(versionText(name)), NO_STATE])).toEqual({ version, state: 'unknown' });
  });

  test.each([
    ['is absent where it is not installed', ''],
    // Measured: what 2.3.3 of Debian 13 says when somebody has removed /etc/keepalived.
    ['is absent where keepalived cannot even start', 'Unable to read build config options file\n'],
  ])('%s', (_, text) => {
    expect(keepalivedFact.parse([said(text), NO_STATE])).toEqual({ state: 'unknown' });
  });
});

describe('the state of the virtual router', () => {
  test.each<readonly [string, string, Omit<KeepalivedFacts, 'version'>]>([
    ['active', 'MASTER 1763820000 4711\n', { state: 'active', stateSince: 1_763_820_000 }],
    ['a backup', 'BACKUP 1763820000 4711\n', { state: 'backup', stateSince: 1_763_820_000 }],
    ['at fault', 'FAULT 1763820000 4711\n', { state: 'fault', stateSince: 1_763_820_000 }],
    ['stopped', 'STOP 1763820000 4711\n', { state: 'stopped', stateSince: 1_763_820_000 }],
    [
      'unknown after its instance was deleted',
      'DELETED 1763820000 4711\n',
      { state: 'unknown', stateSince: 1_763_820_000 },
    ],
    ['unknown from an empty file', '', { state: 'unknown' }],
    ['unknown from something else', 'constructor x\n', { state: 'unknown' }],
  ])('is %s', (_, text, expected) => {
    expect(keepalivedFact.parse([said(''), said(text)])).toEqual(expected);
  });

  test.each<readonly [string, string, KeepalivedFacts['drained']]>([
    [
      'by konvoy-ha',
      '# managed by konvoy-ha: this host is drained; konvoy-ha undrain ends it\n1763820000 ada@laptop\n',
      { since: 1_763_820_000, by: 'ada@laptop' },
    ],
    ['by hand', '', {}],
    ['by somebody who wrote something else', 'kernel update, back at 5\n', {}],
  ])('has been drained %s', (_, text, expected) => {
    expect(keepalivedFact.parse([said(''), NO_STATE, said(text)])).toEqual({
      state: 'unknown',
      drained: expected,
    });
  });

  test('is unknown on a host that answered nothing', () => {
    expect(keepalivedFact.parse([])).toEqual({ state: 'unknown' });
  });
});
