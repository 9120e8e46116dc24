import { describe, expect, test } from 'vitest';
import type { Link, RouteToVip } from '../../../src/domain/facts.ts';
import { parseLinks, parseNeighbours, parseRoute } from '../../../src/facts/network.ts';
import { interfaceName, ip } from '../../support/branded.ts';
import { complained, said } from '../../support/command-results.ts';

// Where a text has no other source: Debian 12, iproute2 6.1.0, in a network namespace of its own.

const eth0 = interfaceName('eth0');

describe('ip -o link show', () => {
  test.each<readonly [string, string, readonly Link[]]>([
    [
      'no link-layer address for the loopback',
      String.raw`1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00`,
      [{ interface: interfaceName('lo'), isUp: true }],
    ],
    [
      'a network card',
      String.raw`2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP mode DEFAULT group default qlen 1000\    link/ether 52:54:00:aa:00:11 brd ff:ff:ff:ff:ff:ff`,
      [{ interface: eth0, isUp: true, mac: '52:54:00:aa:00:11' }],
    ],
    [
      'the name of a container’s end of a veth pair, without that of the other end',
      String.raw`3: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000\    link/ether 02:42:AC:11:00:02 brd ff:ff:ff:ff:ff:ff link-netnsid 0`,
      [{ interface: eth0, isUp: true, mac: '02:42:ac:11:00:02' }],
    ],
    [
      'the name of a VLAN interface, without that of the card',
      String.raw`4: bond0.10@bond0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000\    link/ether 52:54:00:aa:00:12 brd ff:ff:ff:ff:ff:ff`,
      [{ interface: interfaceName('bond0.10'), isUp: true, mac: '52:54:00:aa:00:12' }],
    ],
    [
      'a card without a cable as up, because an operator has set it up',
      String.raw`2: eth0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc fq_codel state DOWN mode DEFAULT group default qlen 1000\    link/ether 52:54:00:aa:00:11 brd ff:ff:ff:ff:ff:ff`,
      [{ interface: eth0, isUp: true, mac: '52:54:00:aa:00:11' }],
    ],
    [
      'a bridge that nobody has set up as down',
      String.raw`4: br0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\    link/ether 86:a7:76:65:29:4e brd ff:ff:ff:ff:ff:ff`,
      [{ interface: interfaceName('br0'), isUp: false, mac: '86:a7:76:65:29:4e' }],
    ],
    [
      'the lines of BusyBox 1.35, which have fewer words',
      String.raw`3: eth0@eth9: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue qlen 1000\    link/ether 52:54:00:aa:00:11 brd ff:ff:ff:ff:ff:ff`,
      [{ interface: eth0, isUp: true, mac: '52:54:00:aa:00:11' }],
    ],
    ['nothing where there is no output', '', []],
  ])('gives %s', (_, text, expected) => {
    expect(parseLinks(text)).toEqual(expected);
  });
});

describe('ip route get', () => {
  const onLink: RouteToVip = { kind: 'on-link', interface: eth0, source: ip('10.0.50.11') };

  test.each<readonly [string, string, RouteToVip]>([
    [
      'a neighbour on the link, whatever the second line says',
      '10.0.50.20 dev eth0 src 10.0.50.11 uid 0 \n    cache \n',
      onLink,
    ],
    ['a neighbour on the link (BusyBox 1.35)', '10.0.50.20 dev eth0  src 10.0.50.11 \n', onLink],
    [
      'a neighbour on the link, of which the kernel keeps an exception (Debian 11, iproute2 5.10)',
      '10.0.50.20 dev eth0 src 10.0.50.11 uid 0 \n    cache expires 583sec mtu 1400 \n',
      onLink,
    ],
    [
      'an IPv6 neighbour',
      '2001:db8:50::20 from :: dev eth0 proto kernel src 2001:db8:50::11 metric 256 pref medium\n',
      { kind: 'on-link', interface: eth0, source: ip('2001:db8:50::11') },
    ],
    [
      'a neighbour through another table, where a rule says so',
      '10.0.50.77 dev eth9 table 100 src 10.0.50.11 uid 0 \n    cache \n',
      { kind: 'on-link', interface: interfaceName('eth9'), source: ip('10.0.50.11') },
    ],
    [
      'the broadcast address as on the link: another check refuses it',
      'broadcast 10.0.50.255 dev eth0 src 10.0.50.11 uid 0 \n    cache <local,brd> \n',
      onLink,
    ],
    ['an address without a source', '10.0.50.20 dev eth0 \n', { kind: 'on-link', interface: eth0 }],
    [
      'a gateway',
      '192.0.2.9 via 10.0.50.1 dev eth0 src 10.0.50.11 uid 0 \n    cache \n',
      { kind: 'via-gateway', interface: eth0, gateway: '10.0.50.1' },
    ],
    [
      'a gateway (BusyBox 1.35)',
      '192.0.2.9 via 10.0.50.1 dev eth0  src 10.0.50.11 \n',
      { kind: 'via-gateway', interface: eth0, gateway: '10.0.50.1' },
    ],
    [
      'an IPv6 gateway for IPv4 (RFC 5549)',
      '192.0.2.9 via inet6 fe80::1 dev eth0 src 10.0.50.11 uid 0 \n    cache \n',
      { kind: 'via-gateway', interface: eth0, gateway: 'fe80::1' },
    ],
    [
      'the host itself, when it holds the VIP',
      'local 10.0.50.20 dev lo src 10.0.50.20 uid 0 \n    cache <local> \n',
      { kind: 'held-here' },
    ],
    ['the host itself (BusyBox 1.35)', 'local 10.0.50.20 dev lo  src 10.0.50.20 \n', { kind: 'held-here' }],
    [
      'the host itself, for IPv6',
      'local 2001:db8:50::20 from :: dev lo table local proto kernel src 2001:db8:50::20 metric 0 pref medium\n',
      { kind: 'held-here' },
    ],
    [
      'no way, where an IPv6 route says so with exit code 0 (iproute2 4.20)',
      'unreachable 2001:db8:50::78 from :: dev lo src 2001:db8:50::11 metric 1024 error 4294967183 pref medium\n',
      { kind: 'none' },
    ],
    ['no way, from an answer of a kind nobody has seen', 'throw 10.0.50.20\n', { kind: 'none' }],
  ])('tells %s', (_, text, expected) => {
    expect(parseRoute(text, said(text))).toEqual(expected);
  });

  test.each([
    ['a host without a default route', 'RTNETLINK answers: Network is unreachable', 2],
    ['an unreachable route', 'RTNETLINK answers: No route to host', 2],
    ['a blackhole', 'RTNETLINK answers: Invalid argument', 2],
    ['a prohibited route', 'RTNETLINK answers: Permission denied', 2],
    ['a host without ip(8)', 'sh: 1: ip: not found', 127],
  ])('tells of no way on %s', (_, text, exitCode) => {
    expect(parseRoute('', complained(text, exitCode))).toEqual({ kind: 'none' });
  });

  test('tells of no way when nobody answered at all', () => {
    expect(parseRoute('10.0.50.20 dev eth0 src 10.0.50.11')).toEqual({ kind: 'none' });
  });
});

describe('ip neigh show', () => {
  test.each<readonly [string, string, string | undefined]>([
    ['who answered', '10.0.50.20 dev eth0 lladdr 52:54:00:aa:00:99 REACHABLE \n', '52:54:00:aa:00:99'],
    ['who is written down', '10.0.50.20 dev eth0 lladdr 52:54:00:aa:00:98 PERMANENT \n', '52:54:00:aa:00:98'],
    [
      'who answered, in lower case',
      '10.0.50.20 dev eth0 lladdr 52:54:00:AA:00:99 STALE\n',
      '52:54:00:aa:00:99',
    ],
    [
      'who answered (BusyBox 1.35)',
      '10.0.50.20 dev eth0 lladdr 52:54:00:aa:00:99 ref 1 used 0/0/0 probes 0 REACHABLE\n',
      '52:54:00:aa:00:99',
    ],
    [
      'which router answered, for IPv6',
      '2001:db8:50::20 dev eth0 lladdr 52:54:00:aa:00:99 router REACHABLE\n',
      '52:54:00:aa:00:99',
    ],
    [
      'who answered on the second of two links',
      '10.0.50.20 dev eth9 FAILED\n10.0.50.20 dev eth0 lladdr 52:54:00:aa:00:99 DELAY\n',
      '52:54:00:aa:00:99',
    ],
    ['nobody, when asking failed', '10.0.50.20 dev eth0 FAILED \n', undefined],
    ['nobody, while it is still being asked', '10.0.50.20 dev eth0 INCOMPLETE \n', undefined],
    [
      'nobody, when whoever answered once does not any more',
      '10.0.50.20 dev eth0 lladdr 52:54:00:aa:00:99 FAILED \n',
      undefined,
    ],
    ['nobody, when nobody was asked', '', undefined],
  ])('tells %s', (_, text, expected) => {
    expect([...parseNeighbours(text).values()][0]).toBe(expected);
  });
});
