import { describe, expect, test } from 'vitest';
import type { PackageOffer } from '../../../src/domain/facts.ts';
import type { KeepalivedEndpoint } from '../../../src/domain/intent.ts';
import { pinnedVersion, programVersion, refuseVersion } from '../../../src/plan/package-version.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { packageVersion } from '../../support/branded.ts';
import { appliedCluster, ENDPOINT, factsOf, freshHost, networkOf } from '../../support/cluster.ts';

const asking = (version: string): KeepalivedEndpoint => ({
  ...ENDPOINT,
  settings: { ...ENDPOINT.settings, packageVersion: packageVersion(version) },
});

/** A host that could install these versions, with 1:2.2.7-1+b2 installed or nothing. */
function hostWith(offer: PackageOffer | undefined, isInstalled: boolean): HostSnapshot {
  const offers = new Map(offer === undefined ? [] : [['keepalived', offer] as const]);
  const [applied] = appliedCluster();
  const base = isInstalled && applied !== undefined ? applied : freshHost('lb1');
  return { ...base, facts: { ...factsOf(networkOf('lb1')), offers } };
}

const NEWER: PackageOffer = { candidate: '1:2.2.8-1', versions: ['1:2.2.8-1', '1:2.2.7-1+b2'] };
const NONE: PackageOffer = { versions: [] };

describe('the version of keepalived', () => {
  test.each<readonly [string, PackageOffer | undefined, boolean, string | undefined]>([
    ['present', undefined, true, undefined],
    ['latest', NEWER, true, '1:2.2.8-1'],
    ['latest', NEWER, false, '1:2.2.8-1'],
    ['latest', NONE, true, '1:2.2.7-1+b2'],
    ['1:2.2.7-1+b2', NONE, true, '1:2.2.7-1+b2'],
    ['1:2.2.8-1', NEWER, false, '1:2.2.8-1'],
  ])('%s of %j, installed %s, is %s and not refused', (version, offer, isInstalled, expected) => {
    const host = hostWith(offer, isInstalled);
    expect(pinnedVersion(host, asking(version))).toBe(expected);
    expect(refuseVersion([host], asking(version))).toEqual([]);
  });

  test.each<readonly [string, PackageOffer, string]>([
    ['latest', NONE, 'keepalived is not to be had here: its package lists have none'],
    [
      '1:9-1',
      NEWER,
      'keepalived 1:9-1 is not to be had here: its package lists have 1:2.2.8-1, 1:2.2.7-1+b2',
    ],
  ])('%s where there is no such version is refused', (version, offer, message) => {
    expect(refuseVersion([hostWith(offer, false)], asking(version))).toMatchObject([
      { host: 'lb1', message },
    ]);
  });
});

test.each([
  ['1:2.2.7-1+b2', '2.2.7'],
  ['2.2.9-2+deb11u6', '2.2.9'],
  ['3.0.11-1+deb13u1~bpo-2', '3.0.11-1+deb13u1~bpo'],
  ['2.4', '2.4'],
])('%s is the program %s', (candidate, expected) => {
  const host = hostWith({ candidate, versions: [candidate] }, false);
  expect(programVersion(host, 'keepalived')).toBe(expected);
  expect(programVersion(host, 'haproxy')).toBeUndefined();
});
