import { describe, expect, test } from 'vitest';
import { networkFact } from '../../../src/facts/network.ts';
import { vipInterface } from '../../../src/plan/interface.ts';
import { interfaceName, ip } from '../../support/branded.ts';
import { networkAnswers, type HostNetwork } from '../../support/network-answers.ts';
import { said } from '../../support/command-results.ts';

const VIP = ip('10.0.50.20');
const SAME_SUBNET = "choose a free address of the control-plane hosts' own subnet for control_plane_endpoint";

const HOST: HostNetwork = {
  interfaces: [
    { name: 'eth0', mac: '52:54:00:aa:00:11', addresses: ['192.0.2.11/24'] },
    { name: 'eth1', mac: '52:54:00:bb:00:11', addresses: ['10.0.50.11/24'] },
    { name: 'eth2', mac: '52:54:00:cc:00:11', addresses: ['10.0.50.12/24'], isDown: true },
  ],
};

function found(network: HostNetwork, asked?: string, vip = VIP): unknown {
  const facts = networkFact(vip).parse(networkAnswers(network, vip));
  const result = vipInterface(facts, vip, asked === undefined ? undefined : interfaceName(asked));
  return result.ok ? result.value : result.error;
}

describe('the interface of the VIP', () => {
  test.each<readonly [string, HostNetwork, string | undefined, unknown]>([
    ['is the one that the route leaves by', HOST, undefined, { interface: 'eth1', source: '10.0.50.11' }],
    [
      'is the same while the host holds the VIP',
      { ...HOST, holds: 'eth1' },
      undefined,
      { interface: 'eth1', source: '10.0.50.11' },
    ],
    ['is the one that was asked for', HOST, 'eth1', { interface: 'eth1', source: '10.0.50.11' }],
    [
      'is the one in its subnet, when the VIP stands on no link of it',
      { ...HOST, holds: 'eth0' },
      undefined,
      { interface: 'eth1', source: '10.0.50.11' },
    ],
    [
      'may be a bridge, a bond or a VLAN',
      { interfaces: [{ name: 'bond0.10', mac: '52:54:00:aa:00:11', addresses: ['10.0.50.11/24'] }] },
      undefined,
      { interface: 'bond0.10', source: '10.0.50.11' },
    ],
  ])('%s', (_, network, asked, expected) => {
    expect(found(network, asked)).toEqual(expected);
  });

  test('of a dual-stack host is found in the family of the VIP', () => {
    const network = {
      interfaces: [
        { name: 'eth0', mac: '52:54:00:aa:00:11', addresses: ['10.0.50.11/24', '2001:db8:50::11/64'] },
      ],
    };
    const vip = ip('2001:db8:50::20');
    expect(found(network, undefined, vip)).toEqual({ interface: 'eth0', source: '2001:db8:50::11' });
    expect(found({ ...network, holds: 'eth0' }, undefined, vip)).toEqual({
      interface: 'eth0',
      source: '2001:db8:50::11',
    });
  });
});

describe('a host that cannot carry the VIP', () => {
  test.each<readonly [string, HostNetwork, string | undefined, unknown]>([
    [
      'has no such interface',
      HOST,
      'ens3',
      { message: 'there is no interface ens3', hints: ['interfaces there: lo, eth0, eth1, eth2'] },
    ],
    [
      'has that interface down',
      HOST,
      'eth2',
      { message: 'interface eth2 is down', hints: ['bring it up: ip link set eth2 up'] },
    ],
    [
      'has that interface in another subnet',
      HOST,
      'eth0',
      {
        message:
          'the VIP 10.0.50.20 is outside every subnet of eth0: VRRP can only move an address of its own link',
        hints: [
          'addresses there: 192.0.2.11/24 on eth0, 10.0.50.11/24 on eth1, 10.0.50.12/24 on eth2',
          SAME_SUBNET,
        ],
      },
    ],
    [
      'has no route to it',
      { interfaces: [{ name: 'eth0', mac: '52:54:00:aa:00:11', addresses: ['192.0.2.11/24'] }] },
      undefined,
      { message: 'there is no route to the VIP 10.0.50.20', hints: [SAME_SUBNET] },
    ],
    [
      'holds it without being in its subnet',
      { interfaces: [{ name: 'eth0', mac: '52:54:00:aa:00:11', addresses: [] }], holds: 'eth0' },
      undefined,
      {
        message:
          'the VIP 10.0.50.20 is outside every subnet of any interface: VRRP can only move an address of its own link',
        hints: ['the host has no address at all', SAME_SUBNET],
      },
    ],
  ])('%s', (_, network, asked, expected) => {
    expect(found(network, asked)).toEqual(expected);
  });

  test('would reach it through a gateway only', () => {
    const [addresses, links, , neighbour] = networkAnswers(HOST, VIP);
    const vip = ip('198.51.100.20');
    const route = said('198.51.100.20 via 192.0.2.1 dev eth0 src 192.0.2.11 uid 0 \n    cache \n');
    const answers = [addresses, links, route, neighbour].filter((answer) => answer !== undefined);
    const result = vipInterface(networkFact(vip).parse(answers), vip, undefined);
    expect(result).toMatchObject({
      ok: false,
      error: {
        message:
          'the VIP 198.51.100.20 is outside every subnet of eth0: VRRP can only move an address of its own link',
      },
    });
  });
});
