import { expect, test } from 'vitest';
import { addressPlan, freeSubnets, hostPlans, subnetCount } from '../../../src/lab/addresses.ts';

test('the first lab has the subnet of the documentation', () => {
  expect(addressPlan(0)).toEqual({
    subnet: '10.77.0.0/24',
    subnet6: 'fd77::/64',
    gateway: '10.77.0.1',
    vip: '10.77.0.100',
    vip6: 'fd77::100',
  });
});

test.each([
  [1, '10.77.1.0/24', 'fd77:0:0:1::/64'],
  [10, '10.77.10.0/24', 'fd77:0:0:a::/64'],
  [15, '10.77.15.0/24', 'fd77:0:0:f::/64'],
])('lab %i has subnets of its own', (number, subnet, subnet6) => {
  expect(addressPlan(number)).toMatchObject({ subnet, subnet6 });
});

test('hosts differ on purpose: the second has another interface name and the third no curl', () => {
  const hosts = hostPlans(2, { hosts: 3, strangers: 1 });
  expect(hosts.map((host) => [host.name, host.role, host.interfaceName, host.withoutPackages])).toEqual([
    ['cp1', 'host', 'eth0', []],
    ['cp2', 'host', 'ens3', []],
    ['cp3', 'host', 'eth0', ['curl']],
    ['stranger1', 'stranger', 'eth0', []],
  ]);
});

test('no machine of the largest lab has the address of another, of the gateway or of the vip', () => {
  const plan = addressPlan(3);
  const hosts = hostPlans(3, { hosts: 80, strangers: 40 });
  const addresses = [plan.gateway, plan.vip, ...hosts.map((host) => host.address)];
  const addresses6 = [plan.vip6, ...hosts.map((host) => host.address6)];
  expect(new Set(addresses).size).toBe(122);
  expect(new Set(addresses6).size).toBe(121);
});

test.each([
  [0, 0],
  [81, 0],
  [1.5, 0],
  [Number.NaN, 0],
  [1, -1],
  [1, 41],
])('a lab of %d hosts and %d strangers is refused', (hosts, strangers) => {
  expect(() => hostPlans(0, { hosts, strangers })).toThrow(/^a lab has/);
});

test('a subnet on which this machine has an address is not tried', () => {
  const free = freeSubnets(['127.0.0.1', '10.77.0.1', 'fe80::1', '10.77.3.1', '10.78.1.1', '10.77.200.1']);
  expect(free).toHaveLength(subnetCount - 2);
  expect(free.slice(0, 3)).toEqual([1, 2, 4]);
});
