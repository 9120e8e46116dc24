import { describe, expect, it } from 'vitest';
import { complaintsAbout, configuration, intentOf, inventoryWith, provisioner } from '../read.ts';

const inventory = inventoryWith({});

describe('keys that nobody knows', () => {
  it.each([
    [
      configuration({ spec: ['kubernets: {}'] }),
      'cluster.yaml:6:3 [kubernets] error: unknown key "kubernets" in spec; did you mean "kubernetes"?',
    ],
    [
      configuration({ controlPlane: ['keepalive: {}'] }),
      'cluster.yaml:6:7 [keepalive] error: unknown key "keepalive" in spec.kubernetes.controlPlane; did you mean "keepalived"?',
    ],
    [
      configuration({ controlPlane: ['keepalived: {vird: 1}'] }),
      'cluster.yaml:6:20 [vird] error: unknown key "vird" in spec.kubernetes.controlPlane.keepalived; did you mean "vrid"?',
    ],
    [
      configuration({ controlPlane: ['keepalived: {healthCheck: {url: /}}'] }),
      'cluster.yaml:6:34 [url] error: unknown key "url" in spec.kubernetes.controlPlane.keepalived.healthCheck',
    ],
    [
      configuration({ controlPlane: ['certificate: {sans: []}'] }),
      'cluster.yaml:6:21 [sans] error: unknown key "sans" in spec.kubernetes.controlPlane.certificate',
    ],
    [
      configuration({ controlPlane: ['keepalived: {enabled: true}'] }),
      'cluster.yaml:6:20 [enabled] error: "enabled" in spec.kubernetes.controlPlane.keepalived is for apiVersion v1alpha1 only; since v1beta1 the key "keepalived" itself switches keepalived on; remove that key to switch it off',
    ],
    [
      configuration({ controlPlane: ['constructor: {}'] }),
      'cluster.yaml:6:7 [constructor] error: unknown key "constructor" in spec.kubernetes.controlPlane',
    ],
    [
      provisioner('provider: aws', 'aws-elb: {}'),
      'cluster.yaml:5:3 [aws-elb] error: unknown key "aws-elb" in spec',
    ],
    [
      `${configuration({ controlPlane: ['keepalived: {}'] })}status: {}\n`,
      'cluster.yaml:7:1 [status] error: unknown key "status" at the top level',
    ],
  ])('%#', (cluster, complaint) => {
    expect(complaintsAbout(inventory, cluster)).toEqual([complaint]);
  });

  it('are errors at any depth that Konvoy documents, in lists too', () => {
    const spec = [
      'addons: [{configRepository: x}, {configVerison: y}]',
      'containerRuntime: {containerd: {configdata: {}}}',
      'nodePools: [{name: worker, labels: [{key: a, values: b}]}]',
      'imageRegistries: {}',
    ];
    const cluster = `${provisioner('aws: {elb: {apiserverport: 1}}')}---\n${configuration({ spec })}`;
    expect(complaintsAbout(inventory, cluster)).toEqual([
      'cluster.yaml:4:15 [apiserverport] error: unknown key "apiserverport" in spec.aws.elb; did you mean "apiServerPort"?',
      'cluster.yaml:11:36 [configVerison] error: unknown key "configVerison" in spec.addons[1]; did you mean "configVersion"?',
      'cluster.yaml:12:35 [configdata] error: unknown key "configdata" in spec.containerRuntime.containerd; did you mean "configData"?',
      'cluster.yaml:13:48 [values] error: unknown key "values" in spec.nodePools[0].labels[0]; did you mean "value"?',
      'cluster.yaml:14:20 [{}] error: spec.imageRegistries: expected a list, got a map',
    ]);
  });

  it('are nobody’s business below the levels that Konvoy leaves free', () => {
    const spec = [
      'addons: [{configRepository: x, addonsList: [{name: dex, values: {a: b}}]}]',
      'autoProvisioning: {config: {a: {b: c}}}',
      'nodePools: [{name: worker, gpu: {nvidia: {}}}]',
    ];
    expect(complaintsAbout(inventory, configuration({ spec, controlPlane: ['keepalived: {}'] }))).toEqual([]);
  });
});

describe('errorsToIgnore', () => {
  const withErrors = (errors: string): string =>
    configuration({ controlPlane: ['keepalived: {}'] }) +
    `    preflightChecks: {errorsToIgnore: ${errors}}\n`;

  it.each(['""', '~', '"swap,SystemVerification"', 'all', '[]', '[swap, SystemVerification]'])(
    'may be %s',
    (errors) => expect(complaintsAbout(inventory, withErrors(errors))).toEqual([]),
  );

  it.each([
    ['{swap: true}', 'errorsToIgnore: expected a single value, got a map'],
    ['[[swap]]', 'errorsToIgnore[0]: expected a single value, got a list'],
  ])('cannot be %s', (errors, message) => {
    expect(complaintsAbout(inventory, withErrors(errors))).toEqual([expect.stringContaining(message)]);
  });
});

describe('the networks of the cluster’s inside', () => {
  const withSubnets = (subnets: string, endpoint = '10.0.50.20'): string =>
    configuration({
      controlPlane: [`controlPlaneEndpointOverride: "${endpoint}:6443"`, 'keepalived: {}'],
      spec: [`  networking: {${subnets}}`],
    });

  it.each([
    'podSubnet: 192.168.0.0/16, serviceSubnet: 10.1.0.0/18',
    'podSubnet: "", serviceSubnet: ~',
    'podSubnet: "fd00::/8"',
  ])('{%s} may be beside the VIP', (subnets) => {
    expect(complaintsAbout(inventory, withSubnets(subnets))).toEqual([]);
  });

  it.each([
    [
      'podSubnet: 10.0.0.0/16',
      '29 [10.0.0.0/16]',
      'podSubnet: the VIP 10.0.50.20 is in this subnet; choose a subnet that no machine outside the cluster uses',
    ],
    [
      'serviceSubnet: 10.0.50.20/32',
      '33 [10.0.50.20/32]',
      'serviceSubnet: the VIP 10.0.50.20 is in this subnet; choose a subnet that no machine outside the cluster uses',
    ],
    [
      'podSubnet: 192.168.0.0/33',
      '29 [192.168.0.0/33]',
      'podSubnet: expected a network such as "192.168.0.0/16", got "192.168.0.0/33"',
    ],
    [
      'podSubnet: 192.168.0.0',
      '29 [192.168.0.0]',
      'podSubnet: expected a network such as "192.168.0.0/16", got "192.168.0.0"',
    ],
  ])('{%s} cannot be', (subnets, place, message) => {
    expect(complaintsAbout(inventory, withSubnets(subnets))).toEqual([
      `cluster.yaml:8:${place} error: spec.kubernetes.networking.${message}`,
    ]);
  });
});

describe('documents that are not of Konvoy', () => {
  it.each([
    [
      'kind: ClusterConfig\napiVersion: konvoy.mesosphere.io/v1beta2\n',
      [
        'cluster.yaml:1:7 [ClusterConfig] error: kind: "ClusterConfig" is not known; known: ClusterConfiguration, ClusterProvisioner',
      ],
    ],
    [
      'kind: ClusterConfigurations\napiVersion: konvoy.mesosphere.io/v1beta2\n',
      [
        'cluster.yaml:1:7 [ClusterConfigurations] error: kind: "ClusterConfigurations" is not known; did you mean "ClusterConfiguration"?',
      ],
    ],
    [
      'kind: ClusterConfiguration\napiVersion: kubeadm.k8s.io/v1beta3\nspec: {kubernetes: {controlPlane: {keepalived: }}}\n',
      [
        'cluster.yaml:2:13 [kubeadm.k8s.io/v1beta3] error: apiVersion: "kubeadm.k8s.io/v1beta3" is not known; known: konvoy.mesosphere.io/v1beta2, konvoy.mesosphere.io/v1beta1, konvoy.mesosphere.io/v1alpha1',
        expect.stringContaining('warning'),
      ],
    ],
    [
      'kind: ClusterConfiguration\napiVersion: konvoy.mesosphere.io/v1beta3\n',
      [
        'cluster.yaml:2:13 [konvoy.mesosphere.io/v1beta3] error: apiVersion: "konvoy.mesosphere.io/v1beta3" is not known; did you mean "konvoy.mesosphere.io/v1beta2"?',
      ],
    ],
    [
      'apiVersion: konvoy.mesosphere.io/v1beta2\n',
      [
        'cluster.yaml:1:1 [apiVersion: konvoy.mesosphere.io/v1beta2] error: "kind" is missing; write one of: ClusterConfiguration, ClusterProvisioner',
      ],
    ],
    ['- a\n', ['cluster.yaml:1:1 [- a] error: expected a map that begins with "kind: ClusterConfiguration"']],
    ['', ['cluster.yaml:1:1 [] error: the file is empty; remove it to use the defaults']],
    [
      `${configuration({})}---\n${configuration({})}`,
      [
        'cluster.yaml:7:7 [ClusterConfiguration] error: kind: there is another ClusterConfiguration above; a cluster has one of each kind',
      ],
    ],
    [
      provisioner('provider: awz'),
      [
        'cluster.yaml:4:13 [awz] error: spec.provider: "awz" is not a provider of Konvoy\'s; did you mean "aws"?',
      ],
    ],
    ['kind: [a\n', [expect.stringContaining('cluster.yaml:1:8 [a] error: not valid YAML')]],
  ])('%j', (cluster, complaints) => {
    expect(complaintsAbout(inventory, cluster)).toEqual(complaints);
  });
});

describe('the name of the cluster', () => {
  const named = (name: string): string =>
    configuration({ controlPlane: ['keepalived: {}'] }).replace('spec:', `metadata: {name: ${name}}\nspec:`);

  it.each([
    ['is "kubernetes" when nobody says', inventory, undefined, 'kubernetes'],
    ['is metadata.name', inventory, named('konvoy_v1.5.2'), 'konvoy_v1.5.2'],
    ['may look like a file', inventory, named('cluster.yaml'), 'cluster.yaml'],
    ['may be a number', inventory, named('42'), '42'],
    ['is not an empty metadata.name', inventory, named('""'), 'kubernetes'],
    [
      "is the provisioner's as well",
      inventory,
      provisioner('provider: aws').replace('spec:', 'metadata: {name: east}\nspec:'),
      'east',
    ],
    [
      'is konvoy_ha_cluster before all',
      inventoryWith({ all: ['konvoy_ha_cluster: west'] }),
      named('NOT VALID'),
      'west',
    ],
  ])('%s', (_, hosts, cluster, name) => {
    expect(intentOf(hosts, cluster).cluster).toBe(name);
  });

  it.each([
    [
      inventory,
      named('"My Cluster"'),
      "cluster.yaml:3:18 [\"My Cluster\"] error: metadata.name: expected a cluster name of a-z, 0-9, '.', '-' and '_', got \"My Cluster\"; or name the cluster with konvoy_ha_cluster under all.vars of the inventory",
    ],
    [
      inventory,
      named('../../etc'),
      "cluster.yaml:3:18 [../../etc] error: metadata.name: expected a cluster name of a-z, 0-9, '.', '-' and '_', got \"../../etc\"; or name the cluster with konvoy_ha_cluster under all.vars of the inventory",
    ],
    [
      inventoryWith({ host: ['konvoy_ha_cluster: ..'] }),
      undefined,
      "inventory.yaml:8:26 [..] error: control-plane.hosts.cp1.konvoy_ha_cluster: expected a cluster name of a-z, 0-9, '.', '-' and '_', got \"..\"",
    ],
    [
      `${inventoryWith({ host: ['konvoy_ha_cluster: one'] })}    cp2: {konvoy_ha_cluster: two}\n`,
      undefined,
      'inventory.yaml:9:30 [two] error: control-plane.hosts.cp2.konvoy_ha_cluster: the control-plane hosts have different values; set it once, under all.vars',
    ],
  ])('is refused: %#', (hosts, cluster, complaint) => {
    expect(complaintsAbout(hosts, cluster)).toEqual([complaint]);
  });
});
