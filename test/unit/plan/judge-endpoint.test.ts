import { describe, expect, test } from 'vitest';
import type { EndpointSighting, Evidence } from '../../../src/plan/judge.ts';
import { hostName } from '../../support/branded.ts';
import { holdingVip } from '../../support/cluster.ts';
import { CERTIFICATES, found, having, notHolding, verdict } from '../../support/evidence.ts';

describe('an answer at the VIP', () => {
  test.each<readonly [number | string, string]>([
    [200, 'pass lb2: 10.0.50.20:6443/readyz says 200'],
    [401, 'warn lb2: 10.0.50.20:6443 says 401: it answers, but its readiness cannot be seen'],
    [403, 'warn lb2: 10.0.50.20:6443 says 403: it answers, but its readiness cannot be seen'],
    [500, 'fail lb2: 10.0.50.20:6443 says 500'],
    [404, 'fail lb2: 10.0.50.20:6443 says 404'],
    ['no answer within 2 s', 'fail lb2: 10.0.50.20:6443 did not answer: no answer within 2 s'],
  ])('of %s', (answer, expected) => {
    const seen = verdict({ sightings: [{ from: hostName('lb2'), answer }] });
    expect(found(seen, 'vip-answers')).toEqual([expected]);
    expect(seen.isGood).toBe(!expected.startsWith('fail'));
  });

  test.each<readonly [EndpointSighting, RegExp]>([
    [{ from: 'here', answer: 'timeout: 3 s' }, /this machine reach/],
    [{ from: hostName('lb2'), answer: 'no answer within 2 s' }, /this host reach/],
    // It was reached: no advice about the way there.
    [{ from: 'here', answer: 500 }, /not ready/],
  ])('that fails says what to look at: %o', (sighting, hint) => {
    const [check] = verdict({ sightings: [sighting] }).checks.filter(({ name }) => name === 'vip-answers');
    expect(check?.hint).toMatch(hint);
  });
});

describe('the host that answered', () => {
  const served = (certificate: string | undefined): readonly EndpointSighting[] => [
    { from: 'here', answer: 200, ...(certificate === undefined ? {} : { certificate }) },
  ];

  test.each<readonly [string, Partial<Evidence>, string]>([
    [
      'is not the one that has the VIP',
      { sightings: served('AA:lb2') },
      'fail -: lb2 answered, but lb1 has the VIP',
    ],
    [
      'answers though nobody has the VIP',
      { sightings: served('AA:lb2'), snapshots: having({ lb1: notHolding }) },
      'fail -: lb2 answered, but nobody has the VIP',
    ],
    [
      'is one of two that have it',
      { sightings: served('AA:lb2'), snapshots: having({ lb2: holdingVip }) },
      'fail -: lb2 answered, but lb1, lb2 has the VIP',
    ],
    [
      'is the first of two that have it',
      { sightings: served('AA:lb1'), snapshots: having({ lb2: holdingVip }) },
      'fail -: lb1 answered, but lb1, lb2 has the VIP',
    ],
    [
      'serves a certificate that no host served',
      { sightings: served('AA:other') },
      'skipped -: the certificate served at the VIP is none of those that the hosts served',
    ],
    [
      'serves a certificate that all have',
      {
        sightings: served('AA:all'),
        certificates: new Map([...CERTIFICATES.keys()].map((host) => [host, 'AA:all'])),
      },
      'skipped -: lb1, lb2, lb3 serve one certificate, so it does not tell them apart',
    ],
    [
      'showed no certificate',
      { sightings: served(undefined) },
      'skipped -: no certificate was seen at the VIP',
    ],
  ])('%s', (_, evidence, expected) => {
    expect(found(verdict(evidence), 'answered-by')).toEqual([expected]);
  });
});
