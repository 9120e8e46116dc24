import { describe, expect, test } from 'vitest';
import type { Diagnostic, SourceSpan } from '../../../src/domain/error.ts';
import { refusePriorities, refuseTogether } from '../../../src/plan/refuse.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { hostName, ip } from '../../support/branded.ts';
import {
  appliedCluster,
  ENDPOINT,
  factsOf,
  freshCluster,
  freshHost,
  hostIntent,
  networkOf,
} from '../../support/cluster.ts';
import type { HostNetwork } from '../../support/network-answers.ts';

const SPAN: SourceSpan = {
  file: 'inventory.yaml',
  line: 3,
  column: 5,
  length: 9,
  text: '    control_plane_endpoint: …',
};

function withNetwork(name: string, rest: Partial<HostNetwork>): HostSnapshot {
  return freshHost(name, { facts: factsOf(networkOf(name, rest)) });
}

function error(message: string, hints: readonly string[], host = 'lb1'): Diagnostic {
  return { severity: 'error', host: hostName(host), message, hints };
}

describe('hosts together', () => {
  const stranger = '10.0.50.20 dev eth0 lladdr 52:54:00:ff:ff:ff REACHABLE ';
  const TAKEN =
    'the VIP 10.0.50.20 is taken: a machine with the address 52:54:00:ff:ff:ff, which is none of these hosts, answers for it';

  test.each<readonly [string, readonly HostSnapshot[]]>([
    ['that are new', freshCluster()],
    ['after an apply, where one of them has the VIP and the others hear it', appliedCluster()],
    [
      'with a container bridge that has one address on all of them',
      ['lb1', 'lb2'].map((name) => {
        const { interfaces } = networkOf(name);
        const bridge = { name: 'docker0', mac: '02:42:ac:11:00:01', addresses: ['172.17.0.1/16'] };
        return withNetwork(name, { interfaces: [...interfaces, bridge] });
      }),
    ],
    [
      'where the holder remembers who had the VIP before it',
      [withNetwork('lb1', { holds: 'eth0', neighbour: stranger }), freshHost('lb2')],
    ],
  ])('%s are not refused', (_, snapshots) => {
    expect(refuseTogether(snapshots, ENDPOINT)).toEqual([]);
  });

  test('are refused when a stranger answers for the VIP, once, with everybody who hears it', () => {
    const snapshots = [
      withNetwork('lb1', { neighbour: stranger }),
      withNetwork('lb2', { neighbour: stranger }),
    ];
    expect(refuseTogether(snapshots, { ...ENDPOINT, span: SPAN })).toEqual([
      {
        severity: 'error',
        message: TAKEN,
        hints: [
          'choose a free address for control_plane_endpoint, or take that machine off the network',
          'seen from lb1, lb2',
        ],
        span: SPAN,
      },
    ]);
  });

  test('are refused when one of them alone hears a stranger, as behind a switch that has forgotten the others', () => {
    const snapshots = [freshHost('lb1'), withNetwork('lb2', { neighbour: stranger }), freshHost('lb3')];
    expect(refuseTogether(snapshots, ENDPOINT)).toMatchObject([
      { message: TAKEN, hints: [expect.anything(), 'seen from lb2'] },
    ]);
  });

  test('are refused when two of them are one machine', () => {
    const twin = {
      ...freshHost('lb2'),
      facts: factsOf(networkOf('lb1')),
      intent: hostIntent('lb2', { span: SPAN }),
    };
    expect(refuseTogether([freshHost('lb1'), twin], ENDPOINT)).toEqual([
      {
        ...error(
          'lb2 and lb1 have the same address: they are one machine, or two with one address',
          ['every control-plane host needs an ansible_host of its own'],
          'lb2',
        ),
        span: SPAN,
      },
    ]);
  });

  test.each<readonly [string, string, string, readonly string[]]>([
    ['is the address of a host', '10.0.50.12', "the VIP 10.0.50.12 is this host's own address", ['lb2']],
    [
      'is the network address',
      '10.0.50.0',
      'the VIP 10.0.50.0 is the network or broadcast address of its subnet',
      [],
    ],
    [
      'is the broadcast address',
      '10.0.50.255',
      'the VIP 10.0.50.255 is the network or broadcast address of its subnet',
      [],
    ],
  ])('are refused when the VIP %s', (_, vip, message, hosts) => {
    const refused = refuseTogether(freshCluster(), { ...ENDPOINT, vip: ip(vip), span: SPAN });
    expect(refused).toMatchObject([
      { severity: 'error', message, span: SPAN, hints: ['choose a free address for control_plane_endpoint'] },
    ]);
    expect(refused.flatMap(({ host }) => host ?? [])).toEqual(hosts);
  });
});

describe('priorities', () => {
  function refused(all: Readonly<Record<string, number>>): readonly Diagnostic[] {
    return refusePriorities(new Map(Object.entries(all).map(([name, value]) => [hostName(name), value])));
  }

  test('that differ by less than a host falls are not refused', () => {
    expect(refused({ lb1: 250, lb2: 191 })).toEqual([]);
    expect(refused({})).toEqual([]);
  });

  test('that are the same are refused on each host', () => {
    const hints = ['give each host its own keepalived_priority'];
    expect(refused({ lb1: 250, lb2: 240, lb3: 250 })).toEqual([
      error('priority 250 is also that of lb3', hints),
      error('priority 250 is also that of lb1', hints, 'lb3'),
    ]);
  });

  test('that differ by as much as a host falls are refused: it would stay active', () => {
    expect(refused({ lb1: 250, lb2: 190 })).toEqual([
      {
        severity: 'error',
        message:
          'the priorities are 60 apart; a host whose API is not ready falls by 60 and would stay active',
        hints: ['keep every keepalived_priority within 59 of the others'],
      },
    ]);
  });
});
