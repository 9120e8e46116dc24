import fc from 'fast-check';
import { describe, it } from 'vitest';
import { SETTINGS } from '../../../src/config/konvoy/settings.ts';
import { OWN_VARIABLES } from '../../../src/config/own-variables.ts';
import { expectRefusedOrSafe } from './safe.ts';

/** What somebody might write to get something else done with a value than it is for. */
const HOSTILE = [
  'x\n  y',
  'x\r\ny',
  'x\0y',
  'x\u2028y',
  "x'; reboot; '",
  'x"; reboot; "',
  'x`reboot`',
  '$(reboot)',
  '${HOME}',
  'x}\nvrrp_instance evil {',
  'eth0 {',
  'x # y',
  'x ! y',
  '-oProxyCommand=reboot',
  '--',
  '-i',
  'a b',
  '../../../etc/passwd',
  '/dev/null',
  '%h',
  'x\\y',
  '*',
  '[1:3]',
  'x@y',
  'é',
  '\u202Eevil',
  '{{ lookup("pipe", "reboot") }}',
  '[0]',
  '999999999999999999999999',
  '1e3',
  'x'.repeat(300),
];

const HOST_VARIABLES = [
  'ansible_host',
  'ansible_ssh_host',
  'ssh_host',
  'ansible_port',
  'ansible_user',
  'ansible_ssh_user',
  'ssh_user',
  'ansible_private_key_file',
  'ansible_ssh_private_key_file',
  'ansible_connection',
  'ansible_become',
  'ansible_become_method',
  'ansible_become_user',
  'ansible_password',
  'ansible_ssh_args',
  'ansible_ssh_common_args',
  'ansible_ssh_extra_args',
  'ssh_common_args',
  'ansible_host_key_checking',
  'control_plane_endpoint',
  'bastion_hosts',
  'bastion_user',
  'bastion_port',
  'version',
  ...OWN_VARIABLES,
];

function inventory(variables: Readonly<Record<string, string>>, name = 'cp1'): string {
  const host = { ansible_host: '192.0.2.11', control_plane_endpoint: '192.0.2.10:6443', ...variables };
  return JSON.stringify({ 'control-plane': { hosts: { [name]: host } } });
}

function cluster(controlPlane: Readonly<Record<string, unknown>>, name = 'east'): string {
  return JSON.stringify({
    kind: 'ClusterConfiguration',
    apiVersion: 'konvoy.mesosphere.io/v1beta2',
    metadata: { name },
    spec: { kubernetes: { controlPlane } },
  });
}

const hostile = fc.oneof(fc.constantFrom(...HOSTILE), fc.string(), fc.string({ unit: 'grapheme' }));

describe('a hostile text is refused, or ends up as what it may be', () => {
  it.each(HOST_VARIABLES)('as %s', (variable) => {
    for (const text of HOSTILE) expectRefusedOrSafe(inventory({ [variable]: text }));
    fc.assert(fc.property(hostile, (text) => expectRefusedOrSafe(inventory({ [variable]: text }))));
  });

  it.each(Object.values(SETTINGS).map(({ path }) => path.join('.')))('as keepalived.%s', (path) => {
    const [key = '', below] = path.split('.');
    fc.assert(
      fc.property(hostile, (text) => {
        const value = below === undefined ? text : { [below]: text };
        expectRefusedOrSafe(inventory({}), cluster({ keepalived: { [key]: value } }));
        expectRefusedOrSafe(inventory({}), cluster({ keepalived: { [key]: [text] } }));
      }),
    );
    for (const text of HOSTILE) {
      const value = below === undefined ? text : { [below]: text };
      expectRefusedOrSafe(inventory({}), cluster({ keepalived: { [key]: value } }));
    }
  });

  it.each(['region', 'availabilityZones', 'vpc', 'tags', 'elb'])('as aws.%s', (section) => {
    const values = (text: string): readonly unknown[] => [
      text,
      [text],
      { ID: text },
      { owner: text },
      { [text]: 'x' },
      { internal: text },
      { apiServerPort: text },
      { subnetIDs: [text], securityGroupIDs: [text] },
    ];
    const provisioner = (value: unknown): string =>
      JSON.stringify({
        kind: 'ClusterProvisioner',
        apiVersion: 'konvoy.mesosphere.io/v1beta2',
        spec: { provider: 'aws', aws: { [section]: value } },
      });
    for (const value of HOSTILE.flatMap(values)) expectRefusedOrSafe(inventory({}), provisioner(value));
  });

  it.each(['podSubnet', 'serviceSubnet'])('as %s', (subnet) => {
    for (const text of HOSTILE) {
      expectRefusedOrSafe(
        inventory({}),
        cluster({ keepalived: {} }).replace(
          '"controlPlane"',
          `"networking":{"${subnet}":${JSON.stringify(text)}},"controlPlane"`,
        ),
      );
    }
  });

  it('as whatever stands in a PreprovisionedInventory', () => {
    const pool = (more: object): string =>
      JSON.stringify({
        kind: 'PreprovisionedInventory',
        apiVersion: 'infrastructure.cluster.konvoy.d2iq.io/v1alpha1',
        metadata: { name: 'x-control-plane' },
        spec: { hosts: [{ address: '192.0.2.11' }] },
        ...more,
      });
    const endpoint = cluster({ controlPlaneEndpointOverride: '192.0.2.10:6443', keepalived: {} });
    const hosts = [{ address: '192.0.2.11' }];
    for (const text of HOSTILE) {
      const labels = { 'cluster.x-k8s.io/cluster-name': text };
      expectRefusedOrSafe(pool({ spec: { hosts: [{ address: text }] } }), endpoint);
      expectRefusedOrSafe(pool({ spec: { hosts, sshConfig: { port: text, user: 'a' } } }), endpoint);
      expectRefusedOrSafe(pool({ spec: { hosts, sshConfig: { user: text } } }), endpoint);
      expectRefusedOrSafe(pool({ metadata: { name: `${text}-control-plane`, labels } }), endpoint);
    }
  });

  it('as the name of a host, a group, a variable or a cluster, or as endpoint', () => {
    for (const text of HOSTILE) {
      expectRefusedOrSafe(inventory({}, text));
      expectRefusedOrSafe(inventory({ [text]: 'x' }));
      expectRefusedOrSafe(
        JSON.stringify({ [text]: { children: { 'control-plane': JSON.parse(inventory({})) as unknown } } }),
      );
      expectRefusedOrSafe(inventory({}), cluster({ keepalived: {} }, text));
      expectRefusedOrSafe(inventory({}), cluster({ controlPlaneEndpointOverride: text }));
      expectRefusedOrSafe(
        inventory({}),
        cluster({ controlPlaneEndpointOverride: `${text}:6443`, keepalived: {} }),
      );
    }
  });

  it('as the value of an ssh option', () => {
    const option = fc.constantFrom(
      'UserKnownHostsFile',
      'IdentityFile',
      'Port',
      'ConnectTimeout',
      'StrictHostKeyChecking',
    );
    fc.assert(
      fc.property(option, hostile, fc.constantFrom('"', "'", ''), (name, text, quote) => {
        expectRefusedOrSafe(inventory({ ansible_ssh_common_args: `-o ${quote}${name}=${text}${quote}` }));
      }),
    );
  });
});
