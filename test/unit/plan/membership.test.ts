import { describe, expect, test } from 'vitest';
import { desire } from '../../../src/plan/desire.ts';
import { refuseForgotten, type Membership } from '../../../src/plan/membership.ts';
import { ip } from '../../support/branded.ts';
import {
  appliedCluster,
  ENDPOINT,
  freshCluster,
  hostIntent,
  intentOf,
  ownAddress,
  withConf,
} from '../../support/cluster.ts';
import { RENDERER } from '../../support/templates.ts';

const three = appliedCluster();
const two = three.slice(0, 2);

function membership(rest: Partial<Membership> = {}): Membership {
  const snapshots = rest.snapshots ?? two;
  const hosts = snapshots.map(({ intent }) => intent);
  const sources = snapshots.map(({ intent }) => ip(ownAddress(intent.name)));
  return { hosts, snapshots, sources, gone: [], ...rest };
}

const named = [...two.map(({ intent }) => intent), hostIntent('lb3')];

describe('nobody is forgotten', () => {
  test.each<readonly [string, Membership]>([
    ['when all members are in the inventory', membership({ snapshots: three })],
    ['on hosts that were never changed', membership({ snapshots: freshCluster() })],
    ['when the member that was not asked is in the inventory', membership({ hosts: named })],
    ['when it is said to be gone', membership({ gone: [ip('10.0.50.13')] })],
    [
      'when a member that was not asked is known by a name only, and may be any peer',
      membership({
        hosts: [
          ...two.map(({ intent }) => intent),
          hostIntent('lb9', { target: { ...hostIntent('lb9').target, address: 'lb9.example.org' } }),
        ],
      }),
    ],
    [
      'when a member has got another address',
      membership({
        snapshots: three,
        sources: [ip('10.0.50.11'), ip('10.0.50.12'), ip('10.0.50.33')],
      }),
    ],
    [
      'in a configuration that is not ours',
      membership({
        snapshots: two.map((host) => withConf(host, (text) => text.replace('managed by konvoy-ha', 'mine'))),
      }),
    ],
    [
      'with multicast, where everybody hears everybody',
      membership({
        snapshots: two.map((host) => withConf(host, (text) => text.replace(/ {4}unicast_[^}]*\}\n/, ''))),
      }),
    ],
  ])('%s', (_, members) => {
    expect(refuseForgotten(members)).toEqual([]);
  });
});

test('a member that has left the inventory is named once, with those that talk to it, and how to take it out', () => {
  expect(refuseForgotten(membership())).toEqual([
    {
      severity: 'error',
      message:
        '10.0.50.13 is a peer of lb1, lb2 and no host of the inventory any more: it would hear nobody, and take the VIP as well',
      hints: [
        'stop it first: konvoy-ha destroy --limit HOST, with the inventory that still has it',
        'when it is stopped, or gone for good: --forget-host 10.0.50.13',
      ],
    },
  ]);
});

test('an apply that leaves a member out is refused until it is said to be gone', () => {
  const options = { snapshots: two, absent: [], renderer: RENDERER };
  expect(desire(intentOf(two), ENDPOINT, options)).toMatchObject({ ok: false });
  expect(desire(intentOf(two), ENDPOINT, { ...options, gone: [ip('10.0.50.13')] })).toMatchObject({
    ok: true,
  });
});
