import { describe, expect, test } from 'vitest';
import { parseSelinux, parseTunnels, surroundingsFact } from '../../../src/facts/surroundings.ts';
import { complained, said } from '../../support/command-results.ts';

// iproute2 6.1 of Debian 12, on a host of the lab.
const VX0 =
  '2: vx0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\\    link/ether be:a3:92:bc:0e:5e brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535 \\    vxlan id 5 local 10.77.0.11 srcport 0 0 dstport 4789 ttl auto ageing 300 udpcsum noudp6zerocsumtx noudp6zerocsumrx addrgenmode eui64 numtxqueues 1 numrxqueues 1 gso_max_size 65536 gso_max_segs 65535 tso_max_size 65536 tso_max_segs 65535 gro_max_size 65536 ';
const ETH0 =
  '35: eth0@if36: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default \\    link/ether 02:42:0a:4d:00:0b brd ff:ff:ff:ff:ff:ff link-netnsid 0 promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535 \\    veth addrgenmode eui64 numtxqueues 2 numrxqueues 2 gso_max_size 65536 gso_max_segs 65535 tso_max_size 524280 tso_max_segs 65535 gro_max_size 65536 ';

describe('tunnels', () => {
  test('are those with an end of their own, and no other links', () => {
    expect(parseTunnels(`${ETH0}\n${VX0}\n`)).toEqual([{ interface: 'vx0', local: '10.77.0.11' }]);
  });

  test('may have an end of IPv6', () => {
    expect(parseTunnels(VX0.replace('local 10.77.0.11', 'local fd77::11'))).toEqual([
      { interface: 'vx0', local: 'fd77::11' },
    ]);
  });

  test('are none in what is no list of links', () => {
    expect(parseTunnels('')).toEqual([]);
    expect(parseTunnels("BusyBox v1.36: invalid option -- 'd'")).toEqual([]);
  });
});

describe('SELinux', () => {
  // getenforce(8) and ls -Z of coreutils, as their manuals have them: no host of the lab has SELinux.
  test.each([
    [
      'is disabled where there is no getenforce',
      'Disabled\n\n',
      { mode: 'disabled', canRelabel: false, labels: new Map() },
    ],
    [
      'is permissive',
      'Permissive\nrestorecon\n',
      { mode: 'permissive', canRelabel: true, labels: new Map() },
    ],
    [
      'has the types of the scripts',
      'Enforcing\nrestorecon\nsystem_u:object_r:keepalived_unconfined_script_exec_t:s0 /usr/libexec/keepalived/konvoy-ha-live\nunconfined_u:object_r:bin_t:s0 /usr/libexec/keepalived/konvoy-ha-ready\n',
      {
        mode: 'enforcing',
        canRelabel: true,
        labels: new Map([
          ['/usr/libexec/keepalived/konvoy-ha-live', 'keepalived_unconfined_script_exec_t'],
          ['/usr/libexec/keepalived/konvoy-ha-ready', 'bin_t'],
        ]),
      },
    ],
    [
      'has no types where files have no label',
      'Enforcing\nrestorecon\n? /usr/libexec/keepalived/konvoy-ha-live\n',
      { mode: 'enforcing', canRelabel: true, labels: new Map() },
    ],
  ])('%s', (_, text, expected) => {
    expect(parseSelinux(text)).toEqual(expected);
  });
});

describe('the surroundings', () => {
  const fact = surroundingsFact({ interface: 'eth0', address: '10.77.0.11', port: 6443, scripts: ['/x'] });

  test('of a host that says nothing are empty', () => {
    const nothing = complained('', 1);
    expect(fact.parse(fact.probes.map(() => nothing))).toEqual({
      tunnels: [],
      selinux: { mode: 'disabled', canRelabel: false, labels: new Map() },
    });
  });

  test('have the first certificate, and nothing that is none', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----';
    const answers = (text: string): readonly ReturnType<typeof said>[] =>
      ['', '', '', text].map((line) => said(line));
    expect(fact.parse(answers(`${pem}\n`)).certificate).toBe(pem);
    expect(fact.parse(answers('connect:errno=111\n')).certificate).toBeUndefined();
  });
});
