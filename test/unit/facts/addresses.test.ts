import { describe, expect, test } from 'vitest';
import { parseAddresses } from '../../../src/facts/network.ts';

// Where a text has no other source: Debian 12, iproute2 6.1.0, in a network namespace of its own.

/** Each `interface address/length`. */
function shown(text: string): readonly string[] {
  return parseAddresses(text).map(
    ({ interface: device, prefix }) => `${device} ${prefix.address}/${prefix.length}`,
  );
}

describe('ip -o address show', () => {
  test('is read whole on a host that holds VIPs of both families', () => {
    const text = String.raw`1: lo    inet 127.0.0.1/8 scope host lo\       valid_lft forever preferred_lft forever
1: lo    inet6 ::1/128 scope host \       valid_lft forever preferred_lft forever
3: eth0    inet 10.0.50.11/24 brd 10.0.50.255 scope global eth0\       valid_lft forever preferred_lft forever
3: eth0    inet 10.0.50.20/32 scope global eth0\       valid_lft forever preferred_lft forever
3: eth0    inet6 2001:db8:50::20/128 scope global nodad deprecated \       valid_lft forever preferred_lft 0sec
3: eth0    inet6 2001:db8:50::11/64 scope global nodad \       valid_lft forever preferred_lft forever
3: eth0    inet6 fe80::5054:ff:feaa:11/64 scope link \       valid_lft forever preferred_lft forever
`;
    expect(shown(text)).toEqual([
      'lo 127.0.0.1/8',
      'lo ::1/128',
      'eth0 10.0.50.11/24',
      'eth0 10.0.50.20/32',
      'eth0 2001:db8:50::20/128',
      'eth0 2001:db8:50::11/64',
      'eth0 fe80::5054:ff:feaa:11/64',
    ]);
  });

  test.each<readonly [string, string, readonly string[]]>([
    [
      'the address of a DHCP client (Debian 11, iproute2 5.10)',
      String.raw`2: ens3    inet 192.0.2.11/24 brd 192.0.2.255 scope global dynamic ens3\       valid_lft 85905sec preferred_lft 85905sec`,
      ['ens3 192.0.2.11/24'],
    ],
    [
      'a DHCP address that NetworkManager leaves without a prefix route',
      String.raw`2: ens192    inet 192.0.2.11/24 brd 192.0.2.255 scope global dynamic noprefixroute ens192\       valid_lft 85905sec preferred_lft 85905sec`,
      ['ens192 192.0.2.11/24'],
    ],
    [
      'a VIP that says who set it (Debian 13, iproute2 6.15: IFA_PROTO)',
      String.raw`2: eth0    inet 10.0.50.20/32 scope global proto keepalived eth0\       valid_lft forever preferred_lft forever`,
      ['eth0 10.0.50.20/32'],
    ],
    [
      'a secondary address',
      String.raw`3: eth0    inet 10.0.50.21/24 scope global secondary eth0\       valid_lft forever preferred_lft forever`,
      ['eth0 10.0.50.21/24'],
    ],
    [
      "a point-to-point address: the host's own end, with the length of the peer's",
      String.raw`2: eth9    inet 10.8.0.1 peer 10.8.0.2/32 scope global eth9\       valid_lft forever preferred_lft forever`,
      ['eth9 10.8.0.1/32'],
    ],
    [
      'an address with a label',
      String.raw`2: eth0    inet 10.0.50.12/24 scope global secondary eth0:vip\       valid_lft forever preferred_lft forever`,
      ['eth0 10.0.50.12/24'],
    ],
    [
      'the address of a VLAN interface',
      String.raw`5: bond0.10    inet 10.0.50.11/24 brd 10.0.50.255 scope global bond0.10\       valid_lft forever preferred_lft forever`,
      ['bond0.10 10.0.50.11/24'],
    ],
    [
      'an IPv6 address that BusyBox 1.35 shows with raw flags',
      String.raw`3: eth0    inet6 2001:db8:50::20/128 scope global deprecated flags 02 \       valid_lft forever preferred_lft 0sec`,
      ['eth0 2001:db8:50::20/128'],
    ],
    [
      'an IPv6 address that is still being checked for duplicates',
      String.raw`2: eth0    inet6 2001:db8:50::11/64 scope global tentative \       valid_lft forever preferred_lft forever`,
      ['eth0 2001:db8:50::11/64'],
    ],
    [
      'no temporary IPv6 address: it is another one tomorrow (RFC 8981)',
      String.raw`2: eth0    inet6 2001:db8:50:0:6c1f:2b3a:99d0:4e5b/64 scope global temporary dynamic \       valid_lft 604712sec preferred_lft 85712sec
2: eth0    inet6 2001:db8:50::11/64 scope global dynamic mngtmpaddr \       valid_lft 2591912sec preferred_lft 604712sec`,
      ['eth0 2001:db8:50::11/64'],
    ],
    ['nothing where there is no output', '', []],
    [
      'no link lines, which BusyBox has no reason to print here',
      String.raw`3: eth0@eth9: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue qlen 1000\    link/ether 52:54:00:aa:00:11 brd ff:ff:ff:ff:ff:ff`,
      [],
    ],
    ['no complaint of a shell that has no ip(8)', 'sh: 1: ip: not found', []],
  ])('gives %s', (_, text, expected) => {
    expect(shown(text)).toEqual(expected);
  });
});
