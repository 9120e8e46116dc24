import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEndpoint, isDnsName, parseEndpoint } from '../../../src/domain/address.ts';
import { ip, ipv4, ipv6 } from './addresses.ts';

describe('an endpoint', () => {
  it.each([
    ['10.0.50.20:6443', '10.0.50.20', 6443],
    ['10.0.50.20:1', '10.0.50.20', 1],
    ['10.0.50.20:65535', '10.0.50.20', 65535],
    ['10.0.50.20:06443', '10.0.50.20', 6443],
    ['[fd00::10]:6443', 'fd00::10', 6443],
    ['[FD00:0::10]:6443', 'fd00::10', 6443],
    ['k8s.example.net:6443', 'k8s.example.net', 6443],
    ['k8s.example.net.:6443', 'k8s.example.net.', 6443],
    ['localhost:6443', 'localhost', 6443],
    ['my_cluster-1:443', 'my_cluster-1', 443],
    ['1a.example:443', '1a.example', 443],
  ])('%s', (text, host, port) => {
    expect(parseEndpoint(text)).toEqual({ ok: true, value: { host, port } });
  });

  it.each([
    ['', 'expected "address:port", got ""'],
    [6443, 'expected "address:port", got 6443'],
    [undefined, 'expected "address:port", got undefined'],
    ['10.0.50.20', '"10.0.50.20" has no port: write "10.0.50.20:6443"'],
    ['10.0.50.20:', 'expected "address:port", got "10.0.50.20:"'],
    [':6443', 'expected "address:port", got ":6443"'],
    ['10.0.50.20:0', 'port 0 is not from 1 to 65535'],
    ['10.0.50.20:65536', 'port 65536 is not from 1 to 65535'],
    ['10.0.50.20:123456', 'expected "address:port", got "10.0.50.20:123456"'],
    ['10.0.50.20:+1', 'expected "address:port", got "10.0.50.20:+1"'],
    ['10.0.50.20:6443 ', 'expected "address:port", got "10.0.50.20:6443 "'],
    ['10.0.50.20:6443\n', 'expected "address:port", got "10.0.50.20:6443\\n"'],
    ['10.0.50:6443', '"10.0.50" is not an IPv4 address'],
    ['10.0.50.256:6443', '"10.0.50.256" is not an IPv4 address'],
    ['010.0.50.20:6443', '"010.0.50.20" is not an IPv4 address'],
    ['fd00::10', 'an IPv6 endpoint needs brackets and a port: "[fd00::10]:6443"'],
    ['fd00::10:6443', 'an IPv6 endpoint needs brackets and a port: "[fd00::10:6443]:6443"'],
    ['[fd00::10]', 'expected "address:port", got "[fd00::10]"'],
    ['[10.0.50.20]:6443', 'expected an IPv6 address in brackets, got "10.0.50.20"'],
    ['[fe80::1%eth0]:6443', 'expected an IPv6 address in brackets, got "fe80::1%eth0"'],
    ['[]:6443', 'expected an IPv6 address in brackets, got ""'],
    ['https://k8s.example.net:6443', 'expected "address:port", got "https://k8s.example.net:6443"'],
    ['k8s/x:6443', '"k8s/x" is neither an address nor a DNS name'],
    ['-k8s:6443', '"-k8s" is neither an address nor a DNS name'],
    ['k8s-:6443', '"k8s-" is neither an address nor a DNS name'],
    ['k8s..net:6443', '"k8s..net" is neither an address nor a DNS name'],
    ['k8s net:6443', '"k8s net" is neither an address nor a DNS name'],
    ['$(id):6443', '"$(id)" is neither an address nor a DNS name'],
    [`${'a'.repeat(64)}.net:6443`, `"${'a'.repeat(64)}.net" is neither an address nor a DNS name`],
  ])('%j is none', (input, error) => {
    expect(parseEndpoint(input)).toEqual({ ok: false, error });
  });

  it('is read back from how it is written', () => {
    const host = fc.oneof(ipv4.map(ip), ipv6.map(ip), fc.constantFrom('k8s.example.net', 'localhost'));
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65535 }), (text, port) => {
        const endpoint = { host: text, port };
        expect(parseEndpoint(formatEndpoint(endpoint))).toEqual({ ok: true, value: endpoint });
      }),
    );
  });
});

describe('a DNS name', () => {
  it.each([
    'a',
    'k8s',
    'k8s.example.net',
    'k8s.example.net.',
    'a_b',
    '_srv.net',
    '0a',
    '1.2.3.a',
    'a'.repeat(63),
    'X-Y.Z',
  ])('is %j', (name) => {
    expect(isDnsName(name)).toBe(true);
  });

  it.each([
    '',
    '.',
    '..',
    'a..b',
    '-a',
    'a-',
    'a b',
    'a/b',
    '1.2.3.4',
    '1',
    'a'.repeat(64),
    `${'a.'.repeat(127)}a`,
    'é',
    'a\n',
    '*',
  ])('is not %j', (name) => {
    expect(isDnsName(name)).toBe(false);
  });
});
