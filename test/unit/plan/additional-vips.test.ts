import { describe, expect, test } from 'vitest';
import { addressedAs } from '../../support/additional.ts';
import { ip } from '../../support/branded.ts';
import {
  appliedCluster,
  ENDPOINT,
  factsOf,
  freshCluster,
  intentOf,
  macOf,
  networkOf,
} from '../../support/cluster.ts';
import { found, HERE, verdict } from '../../support/evidence.ts';
import { RENDERER } from '../../support/templates.ts';
import { desire } from '../../../src/plan/desire.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';

const SECOND = ip('10.0.50.21');

function endpointWith(...additionalVips: readonly ReturnType<typeof ip>[]): typeof ENDPOINT {
  return { ...ENDPOINT, settings: { ...ENDPOINT.settings, additionalVips } };
}

/** The problems of new hosts, of which the first sees `neighbour`. */
function problems(endpoint: typeof ENDPOINT, neighbour?: string): readonly string[] {
  const snapshots = freshCluster().map((snapshot, index): HostSnapshot =>
    neighbour === undefined || index > 0
      ? snapshot
      : { ...snapshot, facts: factsOf(networkOf('lb1', { neighbour })) },
  );
  const desired = desire(intentOf(snapshots), endpoint, { snapshots, absent: [], renderer: RENDERER });
  return desired.ok ? [] : desired.error.map(({ host, message }) => `${host ?? '-'}: ${message}`);
}

describe('an additional VIP', () => {
  test('of the same subnet is as good as the VIP', () => {
    expect(problems(endpointWith(SECOND))).toEqual([]);
  });

  test.each([
    [
      'that a stranger has',
      SECOND,
      '10.0.50.21 dev eth0 lladdr 52:54:00:ff:ff:ff REACHABLE',
      [
        '-: the VIP 10.0.50.21 is taken: a machine with the address 52:54:00:ff:ff:ff, which is none of these hosts, answers for it',
      ],
    ],
    [
      'that is the address of a host',
      ip('10.0.50.12'),
      undefined,
      ["lb2: the VIP 10.0.50.12 is this host's own address"],
    ],
    [
      'of another subnet',
      ip('10.0.51.21'),
      undefined,
      ['lb1', 'lb2', 'lb3'].map(
        (name) => `${name}: the additional VIP 10.0.51.21 is outside every subnet of eth0, where the VIP is`,
      ),
    ],
    [
      'of a family that the hosts do not speak there',
      ip('fd00::21'),
      undefined,
      ['lb1', 'lb2', 'lb3'].map(
        (name) => `${name}: the additional VIP fd00::21 is outside every subnet of eth0, where the VIP is`,
      ),
    ],
  ])('%s is refused', (_, additional, neighbour, expected) => {
    expect(problems(endpointWith(additional), neighbour)).toEqual(expected);
  });

  test('is good where the VIP is, and answers', () => {
    const snapshots = appliedCluster().map((snapshot) => addressedAs(snapshot, SECOND, { owner: 'lb1' }));
    const seen = verdict({
      endpoint: endpointWith(SECOND),
      snapshots,
      sightings: [HERE, { from: 'here', vip: SECOND, answer: 200 }],
    });
    expect(found(seen, 'additional-vip')).toEqual(['pass -: 10.0.50.21 is on lb1, as the VIP']);
    expect(found(seen, 'neighbour').slice(2)).toEqual(
      ['lb2', 'lb3'].map((name) => `pass ${name}: 10.0.50.21 is at ${macOf('lb1')}, lb1`),
    );
    expect(found(seen, 'vip-answers')).toEqual([
      'pass -: 10.0.50.20:6443/readyz says 200 from here',
      'pass -: 10.0.50.21:6443/readyz says 200 from here',
    ]);
    expect(seen.isGood).toBe(true);
  });

  test('is not good on another host than the VIP, nor on none', () => {
    const on = (owner: string): readonly string[] =>
      found(
        verdict({
          endpoint: endpointWith(SECOND),
          snapshots: appliedCluster().map((snapshot) => addressedAs(snapshot, SECOND, { owner })),
        }),
        'additional-vip',
      );
    expect(on('lb2')).toEqual(['fail -: 10.0.50.21 is on lb2, while 10.0.50.20 is on lb1']);
    expect(on('none')).toEqual(['fail -: 10.0.50.21 is on no host, while 10.0.50.20 is on lb1']);
  });
});
