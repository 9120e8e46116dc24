import { describe, expect, it } from 'vitest';
import { complaintsAbout, intentOf } from './read.ts';

it('a file with five mistakes gets five complaints, in reading order', () => {
  const inventory = `control-plane:
  host:
    cp0:
  hosts:
    cp1:
      ansible_host: 192.0.2.11
      ansible_port: ssh
    cp2:
      ansible_host: 192.0.2.12
      keepalived_priority: 300
all:
  vars:
    control_plane_endpoint: 192.0.2.10
    keepalived_iface: eth0
`;
  expect(complaintsAbout(inventory)).toEqual([
    'inventory.yaml:2:3 [host] error: unknown key "host" in control-plane; did you mean "hosts"?',
    'inventory.yaml:7:21 [ssh] error: control-plane.hosts.cp1.ansible_port: expected a port from 1 to 65535, got "ssh"',
    'inventory.yaml:10:28 [300] error: control-plane.hosts.cp2.keepalived_priority: expected an integer from 1 to 254, got 300',
    'inventory.yaml:13:29 [192.0.2.10] error: all.vars.control_plane_endpoint: "192.0.2.10" has no port: write "192.0.2.10:6443"',
    'inventory.yaml:14:5 [keepalived_iface] error: unknown variable "keepalived_iface"; variables with this prefix: keepalived_interface, keepalived_priority, konvoy_ha_cluster, konvoy_ha_ssh_client',
  ]);
});

it('mistakes in both files are named together, warnings among them', () => {
  const inventory = `control-plane: {hosts: {cp1: {ansible_ssh_common_args: -o StrictHostKeyChecking=no, ansible_port: 0}}}`;
  const cluster = `kind: ClusterConfiguration
apiVersion: konvoy.mesosphere.io/v1beta2
spec: {kubernetes: {controlPlane: {controlPlaneEndpointOverride: "10.0.0.1:1", keepalived: {vrid: 999, moed: x}}}}
`;
  expect(complaintsAbout(inventory, cluster).map((line) => line.split(' ', 1)[0])).toEqual([
    'cluster.yaml:3:99',
    'cluster.yaml:3:104',
    'inventory.yaml:1:59',
    'inventory.yaml:1:99',
  ]);
});

it('nothing is concluded about hosts from an inventory that cannot be read', () => {
  expect(complaintsAbout('control-plane: [\n')).toHaveLength(1);
  expect(complaintsAbout(['control-plane: {hosts: {cp1: }}', 'all: [\n'])).toHaveLength(1);
});

/** Files of Konvoy's users, as quoted or described in public material about Konvoy. */
describe('what users of Konvoy have', () => {
  it('the example of the installation guide loads', () => {
    const inventory = `control-plane:
  hosts:
    10.0.50.232:
    10.0.50.233:
    10.0.50.234:

node:
  hosts:
    10.0.50.108:
      node_pool: worker

all:
  vars:
    ansible_port: 22
    ansible_ssh_private_key_file: "mysshkey.pem"
    ansible_user: "centos"
    control_plane_endpoint: "10.0.50.100:6443"
    order: sorted
    version: v1beta1
`;
    const intent = intentOf(inventory);
    expect(intent.warnings).toEqual([]);
    expect(intent.endpoint).toMatchObject({ kind: 'keepalived', vip: '10.0.50.100' });
    expect(intent.hosts[0]?.target).toMatchObject({
      address: '10.0.50.232',
      user: 'centos',
      identityFiles: ['/cluster/mysshkey.pem'],
    });
  });

  it('one control-plane host, the endpoint in cluster.yaml only', () => {
    const inventory = `control-plane:
  hosts:
    192.168.0.227:
      ansible_host: "192.168.0.227"
node:
  hosts:
    192.168.0.228:
      ansible_host: "192.168.0.228"
      node_pool: worker
bastion: {}
all:
  vars:
    ansible_port: 22
    ansible_user: "root"
    order: sorted
    version: v1beta1
`;
    const cluster = `kind: ClusterConfiguration
apiVersion: konvoy.mesosphere.io/v1beta2
metadata:
  name: konvoy_v1.5.2
  creationTimestamp: "2020-09-01T00:00:00Z"
spec:
  kubernetes:
    version: 1.17.11
    controlPlane:
      controlPlaneEndpointOverride: "192.168.0.230:6443"
      certificate: {}
      keepalived: {}
    networking: {podSubnet: 192.168.64.0/18, serviceSubnet: 10.0.0.0/18, httpProxy: "", httpsProxy: ""}
    cloudProvider:
      provider: none
    admissionPlugins: {enabled: [AlwaysPullImages, NodeRestriction], disabled: []}
    preflightChecks: {errorsToIgnore: ""}
  containerNetworking: {calico: {version: v3.13.5, encapsulation: ipip, mtu: 1480}}
  containerRuntime: {containerd: {version: 1.3.4}}
  imageRegistries: []
  osPackages: {enableAdditionalRepositories: true}
  nodePools: [{name: worker}]
  addons: [{configRepository: "https://example.net/addons", configVersion: stable, addonsList: [{name: dex, enabled: true}]}]
  version: v1.5.2
`;
    const intent = intentOf(inventory, cluster);
    expect(intent.warnings).toEqual([]);
    expect(intent).toMatchObject({ cluster: 'konvoy_v1.5.2', endpoint: { vip: '192.168.0.230' } });
    expect(intent.hosts.map((host) => host.target.user)).toEqual(['root']);
  });

  it('the skeleton of konvoy init is complained about where it has to be filled in', () => {
    const skeleton = `control-plane:
  hosts:
    <ip-address>:
      ansible_host: <ssh-address>
      ansible_port: <optional>
      node_pool: control-plane
bastion: {}
all:
  vars:
    ansible_port: 22
    ansible_ssh_private_key_file: ""
    ansible_user: ""
    control_plane_endpoint: ""
    order: sorted
    version: v1beta1
`;
    expect(complaintsAbout(skeleton)).toEqual([
      'inventory.yaml:1:1 [control-plane] error: no control-plane endpoint is set; in the inventory, under all.vars: control_plane_endpoint: "ADDRESS:6443"; or in cluster.yaml: spec.kubernetes.controlPlane.controlPlaneEndpointOverride: "ADDRESS:6443"',
      'inventory.yaml:3:5 [<ip-address>] error: expected a host name or an address, got "<ip-address>"',
      'inventory.yaml:4:21 [<ssh-address>] error: control-plane.hosts."<ip-address>".ansible_host: expected an IP address or a DNS name, got "<ssh-address>"',
      'inventory.yaml:5:21 [<optional>] error: control-plane.hosts."<ip-address>".ansible_port: expected a port from 1 to 65535, got "<optional>"',
    ]);
  });

  it('a bastion with user and port', () => {
    const inventory = `control-plane: {hosts: {10.0.131.11: }}
bastion:
  hosts:
    10.0.131.50:
      ansible_host: 10.0.131.50
  vars:
    ansible_user: "centos"
    ansible_port: 22
all: {vars: {control_plane_endpoint: "10.0.131.100:6443", version: v1beta1}}
`;
    expect(intentOf(inventory).hosts[0]?.target.jump).toMatchObject({
      address: '10.0.131.50',
      user: 'centos',
    });
  });

  it('v1alpha1 of Konvoy 1.2, and files that Terraform wrote for a cloud', () => {
    const old = `---
kind: ClusterConfiguration
apiVersion: konvoy.mesosphere.io/v1alpha1
metadata: {name: old}
spec:
  kubernetes:
    controlPlane: {controlPlaneEndpointOverride: "192.168.2.141:6443", certificate: {}, keepalived: {enabled: true}}
    preflightChecks: {errorsToIgnore: []}
  packageRepository: {defaultRepositoryInstallationDisabled: false}
  addons: {configRepository: x, configVersion: y, addonsList: []}
`;
    const cloud = `kind: ClusterProvisioner
apiVersion: konvoy.mesosphere.io/v1alpha1
metadata: {name: made-by-terraform}
spec:
  provider: aws
  aws: {region: us-west-2, elb: {internal: true, subnetIDs: []}}
  nodePools: [{name: worker, count: 4, machine: {imageID: ami-1}}]
  sshCredentials: {user: centos, publicKeyFile: a.pub, privateKeyFile: a.pem}
  version: v1.2.3
---
kind: ClusterConfiguration
apiVersion: konvoy.mesosphere.io/v1alpha1
spec:
  kubernetes:
    controlPlane: {controlPlaneEndpointOverride: "", keepalived: {enabled: false}}
    cloudProvider: {provider: aws}
`;
    const inventory = `control-plane:
  hosts:
    10.0.194.1: {ansible_host: ec2-1.compute.example.net, node_pool: control-plane, controlplane: true, bastion: false}
all: {vars: {control_plane_endpoint: "lb-1.elb.example.net:6443", ansible_user: centos}}
`;
    expect(intentOf(inventory, old)).toMatchObject({
      cluster: 'old',
      endpoint: { kind: 'keepalived' },
      warnings: [],
    });
    expect(intentOf(inventory, cloud)).toMatchObject({
      cluster: 'made-by-terraform',
      endpoint: { kind: 'cloud', provider: 'aws' },
      warnings: [],
    });
  });
});
