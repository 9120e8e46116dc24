import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Intent } from '../../../../src/domain/intent.ts';
import { loadIntent } from '../../../../src/config/load.ts';
import { complaintsAbout, formatDiagnostic, intentOf, machine } from '../read.ts';

const fixtures = resolve(import.meta.dirname, '../../../fixtures/konvoy');

async function load(folder: string): Promise<Intent | readonly string[]> {
  const result = await loadIntent(
    { inventory: ['inventory.yaml'] },
    { ...machine, cwd: join(fixtures, folder) },
  );
  return result.ok ? result.value : result.error.map(formatDiagnostic);
}

function textOf(folder: string): string {
  return readFileSync(join(fixtures, folder, 'inventory.yaml'), 'utf8');
}

describe('files that users of Konvoy have load without a word', () => {
  it('a host that is reached through a ProxyCommand', async () => {
    expect(await load('proxy-command')).toMatchObject({
      warnings: [],
      hosts: [
        {
          name: '172.17.0.4',
          target: {
            address: 'control-plane',
            user: 'root',
            proxyCommand: 'ssh -p 3023 %r@localhost -s proxy:%h:%p',
          },
        },
      ],
    });
  });

  it('the complete example of the installation guide', async () => {
    expect(await load('install-guide')).toMatchObject({
      cluster: 'kubernetes',
      warnings: [],
      endpoint: {
        kind: 'keepalived',
        because: 'on-premises default: no cluster.yaml',
        vip: '10.0.50.100',
        port: 6443,
        settings: { profile: 'balanced', mode: 'unicast', loadBalancer: 'none' },
      },
      hosts: ['10.0.50.232', '10.0.50.233', '10.0.50.234'].map((name) => ({
        name,
        groups: ['control-plane'],
        target: {
          address: name,
          port: 22,
          user: 'centos',
          identityFiles: [join(fixtures, 'install-guide/mysshkey.pem')],
        },
      })),
    });
  });

  it('one control-plane host, the endpoint in cluster.yaml only', async () => {
    expect(await load('user-file')).toMatchObject({
      cluster: 'konvoy_v1.5.2',
      warnings: [],
      endpoint: {
        kind: 'keepalived',
        because: 'cluster.yaml has spec.kubernetes.controlPlane.keepalived',
        vip: '192.168.0.230',
        port: 6443,
      },
      hosts: [{ name: '192.168.0.227', target: { address: '192.168.0.227', user: 'root', port: 22 } }],
    });
  });

  it('a cluster named after its file, in a network beside that of the pods', async () => {
    expect(await load('dotted-name')).toMatchObject({
      cluster: 'cluster.yaml',
      warnings: [],
      endpoint: { kind: 'keepalived', vip: '192.168.25.139' },
      hosts: [{ name: '192.168.25.131' }],
    });
  });

  it('a bastion with user and port of its own', async () => {
    expect(await load('bastion')).toMatchObject({
      warnings: [],
      endpoint: { kind: 'keepalived', vip: '10.0.131.100' },
      hosts: [
        {
          target: {
            address: '10.0.131.11',
            port: 2222,
            user: 'konvoy',
            jump: { host: '10.0.131.50', address: '10.0.131.50', port: 22, user: 'centos' },
          },
        },
      ],
    });
  });

  it('a bastion as before Konvoy 1.1.0 means the same', async () => {
    expect(await load('bastion-before-1.1')).toMatchObject({
      warnings: [],
      hosts: [
        {
          target: {
            port: 22,
            user: 'konvoy',
            jump: { host: '10.0.131.50', address: '10.0.131.50', port: 2222, user: 'centos' },
          },
        },
      ],
    });
  });

  it('v1alpha1 with the switch on', async () => {
    expect(await load('v1alpha1-on-premises')).toMatchObject({
      cluster: 'on-premises',
      warnings: [],
      endpoint: { kind: 'keepalived', vip: '192.168.2.141' },
      hosts: ['192.168.2.131', '192.168.2.132', '192.168.2.133'].map((address) => ({
        target: { address, identityFiles: ['/home/ops/.ssh/konvoy.pem'] },
      })),
    });
  });

  it('v1alpha1 for AWS with the switch off, the ClusterProvisioner last', async () => {
    expect(await load('v1alpha1-aws')).toMatchObject({
      cluster: 'generated',
      warnings: [],
      endpoint: {
        kind: 'cloud',
        provider: 'aws',
        because: 'the ClusterProvisioner is for aws',
        region: 'us-east-1',
        elb: { internal: true, subnetIds: ['subnet-1'], apiServerPort: 6443, securityGroupIds: [] },
        address: { host: 'lb-1.us-west-2.elb.example.net', port: 6443 },
      },
    });
  });

  it('what Terraform wrote for AWS, with booleans that leaked into it', async () => {
    expect(await load('cloud-terraform')).toMatchObject({
      cluster: 'konvoy-cluster',
      warnings: [],
      endpoint: {
        kind: 'cloud',
        provider: 'aws',
        region: 'us-west-2',
        availabilityZones: ['us-west-2c'],
        tags: { owner: 'konvoy-owner' },
        elb: { internal: false, apiServerPort: 6443 },
        address: { host: 'lb-1234.us-west-2.elb.example.net', port: 6443 },
      },
      hosts: [
        { name: '10.0.194.1', target: { address: 'ec2-1.us-west-2.compute.example.net', user: 'centos' } },
      ],
    });
  });
});

describe('files that have to be completed or changed', () => {
  it('the skeleton of konvoy init is complained about where it has to be filled in', async () => {
    expect(await load('skeleton')).toEqual([
      'inventory.yaml:1:1 [control-plane] error: no control-plane endpoint is set; in the inventory, under all.vars: control_plane_endpoint: "ADDRESS:6443"; or in cluster.yaml: spec.kubernetes.controlPlane.controlPlaneEndpointOverride: "ADDRESS:6443"',
      'inventory.yaml:3:5 [<ip-address>] error: expected a host name or an address, got "<ip-address>"',
      // Both groups name one host; as in Ansible, what is said of it later counts.
      'inventory.yaml:10:21 [<ssh-address>] error: node.hosts."<ip-address>".ansible_host: expected an IP address or a DNS name, got "<ssh-address>"',
      'inventory.yaml:11:21 [<optional>] error: node.hosts."<ip-address>".ansible_port: expected a port from 1 to 65535, got "<optional>"',
    ]);
  });

  it('PreprovisionedInventory of DKP needs an endpoint, and a key that is not in a Secret', () => {
    const files = [textOf('preprovisioned'), 'all: {vars: {control_plane_endpoint: "192.0.2.10:6443"}}\n'];
    expect(intentOf(files)).toMatchObject({
      cluster: 'east',
      endpoint: { kind: 'keepalived', vip: '192.0.2.10' },
      hosts: ['192.0.2.11', '192.0.2.12', '192.0.2.13'].map((name) => ({
        name,
        groups: ['control-plane'],
        target: { address: name, port: 2222, user: 'konvoy', identityFiles: [] },
      })),
    });
    const advice =
      "warning: spec.sshConfig.privateKeyRef.name: the key is in a Secret of the cluster that DKP runs on, where konvoy-ha does not look; log in with your agent's or your default keys, or with --private-key FILE";
    expect(complaintsAbout(files)).toEqual([
      `inventory.yaml:20:13 [east-ssh-key] ${advice}`,
      `inventory.yaml:39:13 [east-ssh-key] ${advice}`,
    ]);
  });
});
