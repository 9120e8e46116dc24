import { describe, expect, it } from 'vitest';
import { complaintsAbout, intentOf } from '../read.ts';

const endpoint = 'all: {vars: {control_plane_endpoint: "192.0.2.10:6443"}}\n';

function pool(name: string, spec: string, more = ''): string {
  return `apiVersion: infrastructure.cluster.konvoy.d2iq.io/v1alpha1
kind: PreprovisionedInventory
metadata: {name: ${name}}
spec: ${spec}
${more}`;
}

describe('PreprovisionedInventory', () => {
  it.each([
    ['east-control-plane', ['192.0.2.11']],
    ['control-plane', ['192.0.2.11']],
  ])('%s has the control-plane hosts, another pool has others', (name, hosts) => {
    const files = [
      `${pool(name, '{hosts: [{address: 192.0.2.11}]}')}---\n${pool('east-md-0', '{hosts: [{address: 192.0.2.21}]}')}`,
      endpoint,
    ];
    expect(intentOf(files).hosts.map((host) => host.name)).toEqual(hosts);
    expect(complaintsAbout(files)).toEqual([]);
  });

  it('of several control-plane pools all count, each with its own port and user', () => {
    const files = [
      `${pool('a-control-plane', '{hosts: [{address: 192.0.2.11}], sshConfig: {user: ann}}')}---\n${pool('b-control-plane', '{hosts: [{address: cp2.example.net}], sshConfig: {port: 2222}}')}`,
      endpoint,
    ];
    expect(intentOf(files).hosts.map(({ target }) => [target.address, target.user, target.port])).toEqual([
      ['192.0.2.11', 'ann', 22],
      ['cp2.example.net', 'ops', 2222],
    ]);
  });

  it('may be JSON', () => {
    const json = JSON.stringify({
      kind: 'PreprovisionedInventory',
      apiVersion: 'infrastructure.cluster.konvoy.d2iq.io/v1alpha1',
      metadata: { name: 'x-control-plane' },
      spec: { hosts: [{ address: '192.0.2.11' }] },
    });
    expect(intentOf([json, endpoint]).hosts).toHaveLength(1);
  });

  it.each([
    [
      pool('x-control-plane', '{hosts: [{adress: 192.0.2.11}]}'),
      [
        'inventory.yaml:3:18 [x-control-plane] error: the group "control-plane" has no hosts',
        'inventory.yaml:4:16 [{adress: 192.0.2.11}] error: spec.hosts[0]: "address" is missing',
        'inventory.yaml:4:17 [adress] error: unknown key "adress" in spec.hosts[0]; did you mean "address"?',
      ],
    ],
    [
      pool('x-control-plane', '{hosts: [{address: $CONTROL_PLANE_1_ADDRESS}]}'),
      [
        'inventory.yaml:4:26 [$CONTROL_PLANE_1_ADDRESS] error: expected a host name or an address, got "$CONTROL_PLANE_1_ADDRESS"',
      ],
    ],
    [
      pool('x-control-plane', '{hosts: [{address: 192.0.2.11}], sshConfig: {port: ssh, user: "a b"}}'),
      [
        'inventory.yaml:4:58 [ssh] error: spec.sshConfig.port: expected a port from 1 to 65535, got "ssh"',
        'inventory.yaml:4:69 ["a b"] error: spec.sshConfig.user: expected the name of a user, got "a b"',
      ],
    ],
    [
      pool('x-control-plane', '{hosts: [{address: 192.0.2.11}]}', '---\nkind: Secret\n'),
      [
        'inventory.yaml:6:7 [Secret] error: kind: expected kind: PreprovisionedInventory; keep other objects in files of their own',
      ],
    ],
    [
      pool('x-control-plane', '{hosts: [{address: 192.0.2.11}]}').replace('v1alpha1', 'v1beta1'),
      [
        'inventory.yaml:1:13 [infrastructure.cluster.konvoy.d2iq.io/v1beta1] error: apiVersion: expected infrastructure.cluster.konvoy.d2iq.io/v1alpha1',
      ],
    ],
    [
      pool('x-control-plane', '{hosts: [{address: 192.0.2.11}]}').replace(
        'metadata: {name: x-control-plane}\n',
        '',
      ),
      [
        'inventory.yaml:1:1 [apiVersion: infrastructure.cluster.konvoy.d2iq.io/v1alpha1] error: metadata.name is missing; the pool named CLUSTER-control-plane has the control-plane hosts',
        'inventory2.yaml:1:1 [all] error: there is no group "control-plane"; put the control-plane hosts in a group of that name',
      ],
    ],
  ])('is refused where it is wrong: %#', (file, complaints) => {
    expect(complaintsAbout([file, endpoint])).toEqual(complaints);
  });
});
