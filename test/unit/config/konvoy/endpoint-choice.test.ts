import { describe, expect, it } from 'vitest';
import { complaintsAbout, configuration, intentOf, inventoryWith, provisioner } from '../read.ts';

const inventory = inventoryWith({});

describe('the kind of endpoint', () => {
  it.each<[string, string | undefined, string, string]>([
    ['no cluster.yaml', undefined, 'keepalived', 'on-premises default: no cluster.yaml'],
    [
      'keepalived: {}',
      configuration({ controlPlane: ['keepalived: {}'] }),
      'keepalived',
      'cluster.yaml has spec.kubernetes.controlPlane.keepalived',
    ],
    [
      'keepalived with settings',
      configuration({ controlPlane: ['keepalived: {vrid: 7}'] }),
      'keepalived',
      'cluster.yaml has spec.kubernetes.controlPlane.keepalived',
    ],
    [
      'no keepalived',
      configuration({}),
      'external',
      'cluster.yaml has no spec.kubernetes.controlPlane.keepalived',
    ],
    [
      'nothing but the kind',
      'kind: ClusterConfiguration\napiVersion: konvoy.mesosphere.io/v1beta1\n',
      'external',
      'cluster.yaml has no spec.kubernetes.controlPlane.keepalived',
    ],
    [
      'enabled: true',
      configuration({ apiVersion: 'v1alpha1', controlPlane: ['keepalived: {enabled: true}'] }),
      'keepalived',
      'cluster.yaml has spec.kubernetes.controlPlane.keepalived',
    ],
    [
      'enabled: false',
      configuration({ apiVersion: 'v1alpha1', controlPlane: ['keepalived: {enabled: false}'] }),
      'external',
      'spec.kubernetes.controlPlane.keepalived.enabled is false',
    ],
    [
      'enabled: off',
      configuration({ apiVersion: 'v1alpha1', controlPlane: ['keepalived: {enabled: off}'] }),
      'external',
      'spec.kubernetes.controlPlane.keepalived.enabled is false',
    ],
    [
      'aws.elb',
      provisioner('aws:', '  elb:', '    apiServerPort: 6443', '    internal: false'),
      'cloud',
      'the ClusterProvisioner is for aws',
    ],
    [
      'an empty ClusterProvisioner',
      provisioner('version: v1.8.2'),
      'cloud',
      'the ClusterProvisioner is for aws',
    ],
    ['provider: azure', provisioner('provider: azure'), 'cloud', 'the ClusterProvisioner is for azure'],
    ['gcp', provisioner('gcp: {}'), 'cloud', 'the ClusterProvisioner is for gcp'],
    [
      'a cloud and a configuration',
      `${provisioner('provider: aws')}---\n${configuration({})}`,
      'cloud',
      'the ClusterProvisioner is for aws',
    ],
    [
      'provider: none',
      provisioner('provider: none'),
      'keepalived',
      'on-premises default: no ClusterConfiguration',
    ],
    [
      'docker',
      provisioner('docker: {dedicatedNetwork: true}'),
      'keepalived',
      'on-premises default: no ClusterConfiguration',
    ],
    [
      'vsphere and a configuration',
      `${configuration({})}---\n${provisioner('provider: vsphere')}`,
      'external',
      'cluster.yaml has no spec.kubernetes.controlPlane.keepalived',
    ],
  ])('of %s', (_, cluster, kind, because) => {
    expect(complaintsAbout(inventory, cluster)).toEqual([]);
    expect(intentOf(inventory, cluster).endpoint).toMatchObject({ kind, because });
  });

  it('of a cloud needs no address', () => {
    const hosts = inventory.replace('control_plane_endpoint: 192.0.2.10:6443', 'x: y');
    expect(intentOf(hosts, provisioner('provider: gcp')).endpoint).toEqual({
      kind: 'cloud',
      because: 'the ClusterProvisioner is for gcp',
      provider: 'gcp',
      forwardingRule: { internal: false },
    });
  });

  it.each([
    [
      'keepalived:',
      'v1beta2',
      'cluster.yaml:6:7 [keepalived] warning: spec.kubernetes.controlPlane.keepalived has no value and is read as {}; write "keepalived: {}", or remove the key when another load balancer holds the address',
    ],
    [
      'keepalived: ~',
      'v1alpha1',
      'cluster.yaml:6:7 [keepalived] warning: spec.kubernetes.controlPlane.keepalived has no value and is read as {}; write "keepalived: {}", or remove the key when another load balancer holds the address',
    ],
    [
      'keepalived: {}',
      'v1alpha1',
      'cluster.yaml:6:19 [{}] warning: spec.kubernetes.controlPlane.keepalived: read as enabled, though "enabled" is not set; write "enabled: true"',
    ],
  ])('of the ambiguous %j in %s is keepalived, with a warning', (line, apiVersion, warning) => {
    const cluster = configuration({ apiVersion, controlPlane: [line] });
    expect(intentOf(inventory, cluster).endpoint.kind).toBe('keepalived');
    expect(complaintsAbout(inventory, cluster)).toEqual([warning]);
  });

  it('cannot be both a cloud and keepalived', () => {
    const cluster = `${provisioner('provider: aws')}---\n${configuration({ controlPlane: ['keepalived: {}'] })}`;
    expect(complaintsAbout(inventory, cluster)).toEqual([
      'cluster.yaml:11:19 [{}] error: spec.kubernetes.controlPlane.keepalived: keepalived cannot be used on aws, where the provider\'s load balancer is the endpoint; remove "keepalived", or set "provider" of the ClusterProvisioner to none',
    ]);
  });
});
