import { describe, expect, it } from 'vitest';
import { complaintsAbout, intentOf, inventoryWith } from './read.ts';

function withEndpoint(endpoint: string): string {
  return inventoryWith({}).replace('192.0.2.10:6443', endpoint);
}

function external(override: string): string {
  return `kind: ClusterConfiguration
apiVersion: konvoy.mesosphere.io/v1beta2
spec: {kubernetes: {controlPlane: {controlPlaneEndpointOverride: ${override}}}}
`;
}

const keepalived = (override: string): string => external(`${override}, keepalived: {}`);

describe('a VIP', () => {
  it('is the endpoint of the inventory, with the place where it stands', () => {
    expect(intentOf(withEndpoint('"192.0.2.10:6443"')).endpoint).toMatchObject({
      vip: '192.0.2.10',
      port: 6443,
      span: {
        file: 'inventory.yaml',
        line: 3,
        column: 29,
        length: 17,
        text: '    control_plane_endpoint: "192.0.2.10:6443"',
      },
    });
  });

  it('is the override of cluster.yaml, whatever the inventory says', () => {
    const endpoint = intentOf(withEndpoint('nonsense'), keepalived('"192.0.2.20:8443"')).endpoint;
    expect(endpoint).toMatchObject({
      vip: '192.0.2.20',
      port: 8443,
      span: { file: 'cluster.yaml', line: 3 },
    });
  });

  it('is that of the inventory when the override is empty, as Konvoy writes it', () => {
    expect(intentOf(inventoryWith({}), keepalived('""')).endpoint).toMatchObject({ vip: '192.0.2.10' });
  });

  it.each([
    ['192.0.2.10', '"192.0.2.10" has no port: write "192.0.2.10:6443"'],
    ['192.0.2.10:https', 'expected "address:port", got "192.0.2.10:https"'],
    ['192.0.2.10:0', 'port 0 is not from 1 to 65535'],
    ['192.0.2.10:65536', 'port 65536 is not from 1 to 65535'],
    ['https://192.0.2.10:6443', 'expected "address:port", got "https://192.0.2.10:6443"'],
    ['192.0.2.300:6443', '"192.0.2.300" is not an IPv4 address'],
    ['192.0.2.10/24:6443', '"192.0.2.10/24" is neither an address nor a DNS name'],
    ['fd00::10', 'an IPv6 endpoint needs brackets and a port: "[fd00::10]:6443"'],
    ['[192.0.2.10, 6443]', 'expected a single value, got a list'],
  ])('%s is refused with a hint what to write', (endpoint, message) => {
    expect(complaintsAbout(withEndpoint(endpoint))).toEqual([
      `inventory.yaml:3:29 [${endpoint}] error: all.vars.control_plane_endpoint: ${message}`,
    ]);
  });

  it.each([
    [
      'k8s.example.net:6443',
      '29 [k8s.example.net]',
      'keepalived needs an address, got the DNS name "k8s.example.net"; if another load balancer answers under that name, remove "keepalived" from a ClusterConfiguration in cluster.yaml',
    ],
    ...['::', '::1', 'ff02::12', 'fe80::10', 'febf::1'].map((address) => [
      `"[${address}]:6443"`,
      `31 [${address}]`,
      `${address} cannot be the address of a host; reserve an address in the subnet of the hosts`,
    ]),
    [
      '0.0.0.0:6443',
      '29 [0.0.0.0]',
      '0.0.0.0 cannot be the address of a host; reserve an address in the subnet of the hosts',
    ],
    [
      '127.0.0.1:6443',
      '29 [127.0.0.1]',
      '127.0.0.1 cannot be the address of a host; reserve an address in the subnet of the hosts',
    ],
    [
      '224.0.0.18:6443',
      '29 [224.0.0.18]',
      '224.0.0.18 cannot be the address of a host; reserve an address in the subnet of the hosts',
    ],
    [
      '255.255.255.255:6443',
      '29 [255.255.255.255]',
      '255.255.255.255 cannot be the address of a host; reserve an address in the subnet of the hosts',
    ],
    [
      '192.0.2.11:6443',
      '29 [192.0.2.11]',
      '192.0.2.11 is the address of cp1; a VIP must be an address that no machine has',
    ],
    ['"{{ vip }}:6443"', '30 [{{ vip }}]', 'the variable "vip" is not defined on this host'],
  ])('%s is refused', (endpoint, place, message) => {
    expect(complaintsAbout(withEndpoint(endpoint))).toEqual([
      `inventory.yaml:3:${place} error: all.vars.control_plane_endpoint: ${message}`,
    ]);
  });

  it.each([
    ['a worker by name', 'node: {hosts: {192.0.2.10: }}\n', '192.0.2.10'],
    ['a worker by ansible_host', 'node: {hosts: {w1: {ansible_host: 192.0.2.10}}}\n', 'w1'],
    ['a bastion', 'bastion: {hosts: {gate: {ansible_host: "192.0.2.10"}}}\n', 'gate'],
  ])('that is the address of %s is refused', (_, group, owner) => {
    expect(complaintsAbout(inventoryWith({}) + group)).toEqual([
      `inventory.yaml:3:29 [192.0.2.10] error: all.vars.control_plane_endpoint: 192.0.2.10 is the address of ${owner}; a VIP must be an address that no machine has`,
    ]);
  });
});

describe('an external endpoint', () => {
  it.each([
    ['"1.2.3.4:6443"', '1.2.3.4'],
    ['k8s.example.net:6443', 'k8s.example.net'],
    ['"[fd00::10]:6443"', 'fd00::10'],
  ])('may be %s', (override, host) => {
    expect(intentOf(inventoryWith({}), external(override)).endpoint).toEqual({
      kind: 'external',
      because: 'cluster.yaml has no spec.kubernetes.controlPlane.keepalived',
      host,
      port: 6443,
    });
  });

  it('that is wrong is refused where it stands', () => {
    expect(complaintsAbout(inventoryWith({}), external('1.2.3.4'))).toEqual([
      'cluster.yaml:3:66 [1.2.3.4] error: spec.kubernetes.controlPlane.controlPlaneEndpointOverride: "1.2.3.4" has no port: write "1.2.3.4:6443"',
    ]);
  });
});

describe('no endpoint', () => {
  it.each(['x: y', 'control_plane_endpoint: ""', 'control_plane_endpoint:'])(
    '%j is refused with both places to set it',
    (line) => {
      expect(complaintsAbout(inventoryWith({}).replace(/control_plane_endpoint.*/, line))).toEqual([
        'inventory.yaml:4:1 [control-plane] error: no control-plane endpoint is set; in the inventory, under all.vars: control_plane_endpoint: "ADDRESS:6443"; or in cluster.yaml: spec.kubernetes.controlPlane.controlPlaneEndpointOverride: "ADDRESS:6443"',
      ]);
    },
  );

  it('is no problem of a cluster.yaml that cannot be read, where it may be', () => {
    const hosts = inventoryWith({}).replace(/control_plane_endpoint.*/, 'x: y');
    expect(
      complaintsAbout(hosts, 'kind: ClusterConfigurationn\napiVersion: konvoy.mesosphere.io/v1beta2\n'),
    ).toHaveLength(1);
  });
});

describe('endpoints that differ from host to host', () => {
  const second = '    cp2: {ansible_host: 192.0.2.12, control_plane_endpoint: "ENDPOINT"}\n';

  it('are refused', () => {
    expect(complaintsAbout(inventoryWith({}) + second.replace('ENDPOINT', '192.0.2.20:6443'))).toEqual([
      'inventory.yaml:8:61 ["192.0.2.20:6443"] error: control-plane.hosts.cp2.control_plane_endpoint: the control-plane hosts have different values; set it once, under all.vars',
    ]);
  });

  it('are fine when they are the same', () => {
    expect(complaintsAbout(inventoryWith({}) + second.replace('ENDPOINT', '192.0.2.10:6443'))).toEqual([]);
  });
});
