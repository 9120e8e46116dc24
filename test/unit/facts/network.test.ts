import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NetworkFacts } from '../../../src/domain/facts.ts';
import { holdsAddress, networkFact, ownAddressFor } from '../../../src/facts/network.ts';
import { vipInterface } from '../../../src/plan/interface.ts';
import { interfaceName, ip } from '../../support/branded.ts';
import { networkAnswers, type HostNetwork } from '../../support/network-answers.ts';

const VIP = ip('10.0.50.20');

const LB1: HostNetwork = {
  interfaces: [
    { name: 'eth0', mac: '52:54:00:aa:00:11', addresses: ['10.0.50.11/24'] },
    { name: 'eth1', mac: '52:54:00:bb:00:11', addresses: ['192.0.2.11/24'] },
  ],
};

function facts(network: HostNetwork, vip = VIP): NetworkFacts {
  return networkFact(vip).parse(networkAnswers(network, vip));
}

describe('the network fact', () => {
  test('of a host beside the VIP has its addresses, links, route and connected interface', () => {
    expect(facts(LB1)).toEqual({
      addresses: [
        { interface: 'lo', prefix: { address: '127.0.0.1', length: 8 } },
        { interface: 'eth0', prefix: { address: '10.0.50.11', length: 24 } },
        { interface: 'eth1', prefix: { address: '192.0.2.11', length: 24 } },
      ],
      links: [
        { interface: 'lo', isUp: true },
        { interface: 'eth0', isUp: true, mac: '52:54:00:aa:00:11' },
        { interface: 'eth1', isUp: true, mac: '52:54:00:bb:00:11' },
      ],
      route: { kind: 'on-link', interface: 'eth0', source: '10.0.50.11' },
      connected: ['eth0'],
      neighbours: new Map(),
    });
  });

  test('of the holder says so, and has the same connected interface', () => {
    const held = facts({ ...LB1, holds: 'eth0' });
    expect(held.route).toEqual({ kind: 'held-here' });
    expect(held.connected).toEqual(['eth0']);
    expect(holdsAddress(held, VIP)).toBe(true);
    expect(holdsAddress(facts(LB1), VIP)).toBe(false);
  });

  test('has the neighbour that answers for the VIP', () => {
    const neighbour = '10.0.50.20 dev eth0 lladdr 52:54:00:aa:00:99 REACHABLE ';
    expect(facts({ ...LB1, neighbour }).neighbours.get(VIP)).toBe('52:54:00:aa:00:99');
    expect(facts(LB1).neighbours.size).toBe(0);
  });

  test('asks for the route in the family of the VIP, and for one answer per probe', () => {
    expect(networkFact(VIP).probes[2]?.argv).toEqual(['ip', '-4', 'route', 'get', '10.0.50.20']);
    expect(networkFact(ip('2001:db8::20')).probes[2]?.argv).toEqual([
      'ip',
      '-6',
      'route',
      'get',
      '2001:db8::20',
    ]);
    expect(networkFact(VIP).probes).toHaveLength(networkAnswers(LB1, VIP).length);
  });

  test('of a host that answered nothing has nothing', () => {
    expect(networkFact(VIP).parse([])).toEqual({
      addresses: [],
      links: [],
      route: { kind: 'none' },
      connected: [],
      neighbours: new Map(),
    });
  });

  test('has connected interfaces in the order of their prefixes, the longest first', () => {
    const both: HostNetwork = {
      interfaces: [
        { name: 'eth0', mac: '52:54:00:aa:00:11', addresses: ['10.0.0.11/8'] },
        { name: 'eth1', mac: '52:54:00:bb:00:11', addresses: ['10.0.50.11/24', '10.0.50.12/24'] },
      ],
    };
    expect(facts(both).connected).toEqual(['eth1', 'eth0']);
  });
});

describe('the own address beside a VIP', () => {
  test.each<readonly [string, string, string, string | undefined]>([
    ['is the one in its subnet', 'eth0', '10.0.50.20', '10.0.50.11'],
    ['is never the VIP, which the host may hold', 'eth0', '10.0.50.11', undefined],
    ['is not on another interface', 'eth1', '10.0.50.20', undefined],
    ['is not in another subnet', 'eth0', '10.0.51.20', undefined],
  ])('%s', (_, device, vip, expected) => {
    expect(ownAddressFor(facts(LB1), interfaceName(device), ip(vip))).toBe(expected);
  });
});

describe('holding the VIP', () => {
  const octet = fc.integer({ min: 1, max: 254 });
  /** Hosts with up to three interfaces, some of them in overlapping or even the same subnet of the VIP. */
  const hosts = fc
    .uniqueArray(
      fc.record({
        length: fc.constantFrom(8, 16, 23, 24, 26),
        octet,
        metric: fc.integer({ min: 0, max: 3 }),
      }),
      {
        minLength: 1,
        maxLength: 3,
        selector: ({ octet: own }) => own,
      },
    )
    .filter((interfaces) => new Set(interfaces.map(({ metric }) => metric)).size === interfaces.length)
    .map((interfaces): HostNetwork => ({
      interfaces: interfaces.map(({ length, octet: own, metric }, index) => ({
        name: `eth${index}`,
        mac: `52:54:00:aa:0${index}:11`,
        addresses: [`192.0.2.${own}/32`, `10.0.50.${own}/${length}`],
        metric,
      })),
    }));

  test('never changes the interface or the source address', () => {
    fc.assert(
      fc.property(hosts, octet, (network, own) => {
        const vip = ip(`10.0.50.${own}`);
        fc.pre(
          !network.interfaces.some(({ addresses }) => addresses.some((text) => text.startsWith(`${vip}/`))),
        );
        const before = vipInterface(facts(network, vip), vip, undefined);
        fc.pre(before.ok);
        const after = vipInterface(facts({ ...network, holds: before.value.interface }, vip), vip, undefined);
        expect(after).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });
});
