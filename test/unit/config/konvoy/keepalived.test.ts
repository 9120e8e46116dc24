import { describe, expect, it } from 'vitest';
import type { EndpointIntent } from '../../../../src/domain/intent.ts';
import { complaintsAbout, configuration, intentOf, inventoryWith } from '../read.ts';

const inventory = inventoryWith({});

function endpointWith(...controlPlane: readonly string[]): EndpointIntent {
  return intentOf(inventory, configuration({ controlPlane })).endpoint;
}

describe('the settings of keepalived', () => {
  const defaults = {
    profile: 'balanced',
    advertIntervalMs: 500,
    mode: 'unicast',
    preempt: true,
    loadBalancer: 'none',
    additionalVips: [],
    sources: {},
    healthCheck: { path: '/readyz', intervalMs: 1000, timeoutMs: 2000, fall: 2, rise: 2 },
    packageVersion: 'present',
  };

  it.each([
    ['{}', defaults],
    ['{interface: ens20f0, vrid: 51}', { ...defaults, interface: 'ens20f0', vrid: 51 }],
    ['{interface: "", vrid: "51"}', { ...defaults, vrid: 51 }],
    ['{profile: safe}', { ...defaults, profile: 'safe', advertIntervalMs: 1000 }],
    ['{profile: fast}', { ...defaults, profile: 'fast', advertIntervalMs: 250 }],
    ['{profile: fast, advertIntervalMs: 300}', { ...defaults, profile: 'fast', advertIntervalMs: 300 }],
    ['{mode: , loadBalancer: "", additionalVIPs: }', defaults],
    [
      '{healthCheck: {path: "/livez?verbose=1", intervalMs: 3000, timeoutMs: 900, fall: 3, rise: 1}}',
      {
        ...defaults,
        healthCheck: { path: '/livez?verbose=1', intervalMs: 3000, timeoutMs: 900, fall: 3, rise: 1 },
      },
    ],
    [
      '{packageVersion: latest}',
      { ...defaults, packageVersion: 'latest', sources: expect.anything() as object },
    ],
    [
      '{packageVersion: 1:2.2.7-1+b2}',
      { ...defaults, packageVersion: '1:2.2.7-1+b2', sources: expect.anything() as object },
    ],
    ['{packageVersion: 2.2}', { ...defaults, packageVersion: '2.2', sources: expect.anything() as object }],
    ['{healthCheck: {fall: 5}}', { ...defaults, healthCheck: { ...defaults.healthCheck, fall: 5 } }],
    ['{healthCheck: }', defaults],
  ])('%s', (keepalived, settings) => {
    expect(endpointWith(`keepalived: ${keepalived}`)).toMatchObject({ settings });
    expect(
      Object.keys((endpointWith(`keepalived: ${keepalived}`) as { settings: object }).settings).sort(),
    ).toEqual(Object.keys(settings).sort());
  });

  it.each([
    [
      'packageVersion: newest',
      '28 [newest]',
      'packageVersion: expected present, latest or a version such as 1:2.2.7-1, got "newest"',
    ],
    [
      'packageVersion: 2.2;reboot',
      '28 [2.2;reboot]',
      'packageVersion: expected present, latest or a version such as 1:2.2.7-1, got "2.2;reboot"',
    ],
    ['vrid: 0', '18 [0]', 'vrid: expected an integer from 1 to 255, got 0'],
    ['vrid: 256', '18 [256]', 'vrid: expected an integer from 1 to 255, got 256'],
    ['vrid: fifty', '18 [fifty]', 'vrid: expected an integer from 1 to 255, got "fifty"'],
    ['vrid: 0x33', '18 [0x33]', 'vrid: expected an integer from 1 to 255, got "0x33"'],
    ['vrid: 1:30', '18 [1:30]', 'vrid: expected an integer from 1 to 255, got "1:30"'],
    ['vrid: [51]', '18 [[51]]', 'vrid: expected a single value, got a list'],
    [
      'interface: "eth0 }"',
      '23 ["eth0 }"]',
      'interface: expected the name of a network interface (at most 15 characters), got "eth0 }"',
    ],
    ['mode: broadcast', '18 [broadcast]', 'mode: expected unicast or multicast, got "broadcast"'],
    [
      'mode: Unicast',
      '18 [Unicast]',
      'mode: expected unicast or multicast, got "Unicast"; did you mean unicast?',
    ],
    [
      'loadBalancer: haprox',
      '26 [haprox]',
      'loadBalancer: expected none, haproxy or ipvs, got "haprox"; did you mean haproxy?',
    ],
    ['preempt: sometimes', '21 [sometimes]', 'preempt: expected true or false, got "sometimes"'],
    [
      'additionalVIPs: [192.0.2.11]',
      '29 [192.0.2.11]',
      'additionalVIPs: 192.0.2.11 is the address of cp1; a VIP must be an address that no machine has',
    ],
    [
      'additionalVIPs: [192.0.2.20, 192.0.2.10]',
      '41 [192.0.2.10]',
      'additionalVIPs: 192.0.2.10 is the VIP itself',
    ],
    [
      'additionalVIPs: 192.0.2.20, 192.0.2.20',
      '28 [192.0.2.20]',
      'additionalVIPs: 192.0.2.20 is there twice',
    ],
    [
      'additionalVIPs: [127.0.0.1]',
      '29 [127.0.0.1]',
      'additionalVIPs: 127.0.0.1 cannot be the address of a host; reserve an address in the subnet of the hosts',
    ],
    [
      'additionalVIPs: [k8s.example.net]',
      '29 [k8s.example.net]',
      'additionalVIPs[0]: expected an IPv4 or IPv6 address, got "k8s.example.net"',
    ],
    ['additionalVIPs: {a: b}', '28 [{a: b}]', 'additionalVIPs: expected a single value, got a map'],
    [
      'profile: fsat',
      '21 [fsat]',
      'profile: expected safe, balanced or fast, got "fsat"; did you mean fast?',
    ],
    [
      'advertIntervalMs: 15',
      '30 [15]',
      'advertIntervalMs: expected milliseconds from 10 to 40950 in steps of 10, got 15',
    ],
    [
      'healthCheck: {path: readyz}',
      '32 [readyz]',
      'healthCheck.path: expected the path of a URL such as "/readyz", got "readyz"',
    ],
    [
      'healthCheck: {path: "/x; reboot"}',
      '32 ["/x; reboot"]',
      'healthCheck.path: expected the path of a URL such as "/readyz", got "/x; reboot"',
    ],
    [
      'healthCheck: {intervalMs: 99}',
      '38 [99]',
      'healthCheck.intervalMs: expected an integer from 1000 to 60000, got 99',
    ],
    [
      'healthCheck: {intervalMs: 1500}',
      '38 [1500]',
      'healthCheck.intervalMs: expected whole seconds in milliseconds, such as 1000 or 2000, got 1500',
    ],
    [
      'healthCheck: {timeoutMs: 1m}',
      '37 [1m]',
      'healthCheck.timeoutMs: expected an integer from 100 to 60000, got "1m"',
    ],
    ['healthCheck: {fall: 0}', '32 [0]', 'healthCheck.fall: expected an integer from 1 to 100, got 0'],
    ['healthCheck: {rise: 101}', '32 [101]', 'healthCheck.rise: expected an integer from 1 to 100, got 101'],
    ['healthCheck: readyz', '25 [readyz]', 'healthCheck: expected a map, got "readyz"'],
  ])('%s is refused', (line, place, message) => {
    const cluster = configuration({ controlPlane: ['keepalived:', `     ${line}`] });
    const path = 'spec.kubernetes.controlPlane.keepalived';
    expect(complaintsAbout(inventory, cluster)).toEqual([
      `cluster.yaml:7:${place} error: ${path}.${message}`,
    ]);
  });

  it('a host keeps its own interface, the others get that of cluster.yaml', () => {
    const hosts = `${inventory}    cp2: {ansible_host: 192.0.2.12, keepalived_interface: eth1}\n`;
    const cluster = configuration({ controlPlane: ['keepalived: {interface: bond0}'] });
    expect(intentOf(hosts, cluster).hosts.map((host) => host.interface)).toEqual(['bond0', 'eth1']);
  });
});

describe('a password between routers', () => {
  const because =
    'a password proves nothing: VRRPv3 has none and ignores it, VRRPv2 sends it readable to the whole network, cut to 8 characters; leave it out: with mode unicast, hosts hear only the peers that they list';

  it.each([
    ['auth', 'auth: hunter2'],
    ['authentication', 'authentication: {auth_type: PASS, auth_pass: hunter2}'],
    ['authPass', 'authPass: hunter2'],
    ['auth_type', 'auth_type: AH'],
  ])('is refused with the reason, as %s', (key, written) => {
    const complaints = complaintsAbout(
      inventory,
      configuration({ controlPlane: [`keepalived: {${written}}`] }),
    );
    expect(complaints).toEqual([
      expect.stringContaining(`[${key}] error: spec.kubernetes.controlPlane.keepalived.${key}: ${because}`),
    ]);
    expect(complaints.join()).not.toContain('hunter2');
  });

  it.each(['keepalived_auth_pass', 'keepalived_authentication', 'keepalived_password'])(
    'is refused with the reason, as the variable %s',
    (variable) => {
      expect(complaintsAbout(inventoryWith({ all: [`${variable}: hunter2`] }))).toEqual([
        expect.stringContaining(`[${variable}] error: ${variable}: ${because}`),
      ]);
    },
  );
});
