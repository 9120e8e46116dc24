import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  familyOf,
  isNetworkOrBroadcast,
  lastOctet,
  parseIpAddress,
  parseIpPrefix,
  prefixContains,
} from '../../../src/domain/address.ts';
import { ip, ipv4, ipv6 } from './addresses.ts';

describe('an IP address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['FD00:0:0:0:0:0:0:10', 'fd00::10'],
    ['fd00:0000:0000:0001::0010', 'fd00:0:0:1::10'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['10:0:0:1:0:0:0:a0', '10:0:0:1::a0'],
    ['0:0:1::', '0:0:1::'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
  ])('%s is %s', (text, canonical) => {
    expect(parseIpAddress(text)).toEqual({ ok: true, value: canonical });
  });

  it.each([
    '',
    ' ',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.01',
    '010.0.0.1',
    '0x7f.0.0.1',
    '1.2.3.4.5',
    '3232235521',
    '192.0.2.1 ',
    '192.0.2.1/24',
    'fe80::1%eth0',
    '[::1]',
    ':::',
    '1::2::3',
    '12345::',
    'g::',
    'example.net',
    '١.٢.٣.٤',
  ])('%j is none', (text) => {
    expect(parseIpAddress(text)).toEqual({
      ok: false,
      error: `expected an IPv4 or IPv6 address, got ${JSON.stringify(text)}`,
    });
  });

  it.each([undefined, null, 42, {}, ['192.0.2.1']])('%j is none', (input) => {
    expect(parseIpAddress(input).ok).toBe(false);
  });

  it('has the canonical text that a URL has (RFC 5952)', () => {
    fc.assert(
      fc.property(ipv6, (text) => {
        expect(`[${ip(text)}]`).toBe(new URL(`http://[${text}]/`).hostname);
      }),
      { numRuns: 2000 },
    );
  });

  it('in canonical text is read as itself', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6), (text) => {
        expect(ip(ip(text))).toBe(ip(text));
      }),
    );
  });

  it('knows its family and its last octet', () => {
    fc.assert(
      fc.property(ipv4, (text) => {
        expect(lastOctet(ip(text))).toBe(Number(text.split('.')[3]));
      }),
    );
    expect(
      [ip('192.0.2.7'), ip('fd00::1:2ff')].map((address) => [familyOf(address), lastOctet(address)]),
    ).toEqual([
      [4, 7],
      [6, 0xff],
    ]);
  });
});

describe('a prefix', () => {
  it.each([
    ['192.0.2.1', 24, '192.0.2.254', true],
    ['192.0.2.1', 24, '192.0.3.1', false],
    ['192.0.2.129', 25, '192.0.2.1', false],
    ['192.0.2.1', 32, '192.0.2.1', true],
    ['192.0.2.1', 32, '192.0.2.2', false],
    ['0.0.0.0', 0, '255.255.255.255', true],
    ['fd00::1', 64, 'fd00::ffff:1', true],
    ['fd00::1', 64, 'fd00:0:0:1::1', false],
    ['::', 0, '192.0.2.1', false],
    ['0.0.0.0', 0, '::', false],
    ['::ffff:192.0.2.0', 120, '192.0.2.1', false],
  ])('%s/%i contains %s: %s', (address, length, other, expected) => {
    expect(prefixContains({ address: ip(address), length }, ip(other))).toBe(expected);
  });

  it('contains what node says it contains', () => {
    const near = fc.tuple(ipv4, fc.nat(32), fc.nat(31), fc.boolean());
    fc.assert(
      fc.property(near, ipv4, ([text, length, bit, isNear], far) => {
        const octets = text.split('.').map(Number);
        octets[bit >> 3] = (octets[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
        const other = isNear ? octets.join('.') : far;
        const list = new BlockList();
        list.addSubnet(text, length, 'ipv4');
        expect(prefixContains({ address: ip(text), length }, ip(other))).toBe(list.check(other, 'ipv4'));
      }),
    );
    fc.assert(
      fc.property(ipv6, ipv6, fc.nat(128), (text, other, length) => {
        const list = new BlockList();
        list.addSubnet(text, length, 'ipv6');
        expect(prefixContains({ address: ip(text), length }, ip(other))).toBe(list.check(other, 'ipv6'));
      }),
    );
  });

  it.each([
    ['192.0.2.5', 24, '192.0.2.0', true],
    ['192.0.2.5', 24, '192.0.2.255', true],
    ['192.0.2.5', 24, '192.0.2.1', false],
    ['192.0.2.5', 24, '192.0.3.255', false],
    ['192.0.2.5', 30, '192.0.2.7', true],
    ['192.0.2.5', 30, '192.0.2.6', false],
    ['192.0.2.4', 31, '192.0.2.4', false],
    ['192.0.2.4', 32, '192.0.2.4', false],
    ['10.0.0.1', 8, '10.255.255.255', true],
    ['10.0.0.1', 8, '10.0.1.0', false],
    ['0.0.0.0', 0, '255.255.255.255', true],
    ['fd00::1', 64, 'fd00::', false],
  ])('%s/%i keeps %s for itself: %s', (address, length, other, expected) => {
    expect(isNetworkOrBroadcast({ address: ip(address), length }, ip(other))).toBe(expected);
  });
});

describe('a network', () => {
  it.each([
    ['192.168.0.0/16', { address: '192.168.0.0', length: 16 }],
    ['10.0.50.20/32', { address: '10.0.50.20', length: 32 }],
    ['0.0.0.0/0', { address: '0.0.0.0', length: 0 }],
    ['FD00::/8', { address: 'fd00::', length: 8 }],
    ['::/128', { address: '::', length: 128 }],
  ])('%s is read', (text, prefix) => {
    expect(parseIpPrefix(text)).toEqual({ ok: true, value: prefix });
  });

  it.each([
    '192.168.0.0',
    '192.168.0.0/33',
    '192.168/16',
    'fd00::/129',
    '/16',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '',
    'x',
    undefined,
    16,
  ])('%j is refused', (text) => expect(parseIpPrefix(text)).toMatchObject({ ok: false }));
});
