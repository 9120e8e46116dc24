import { expect, it } from 'vitest';
import { complaintsAbout } from './read.ts';

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
    'inventory.yaml:14:5 [keepalived_iface] error: unknown variable "keepalived_iface"; variables with this prefix: keepalived_interface, keepalived_vrid, keepalived_mode, keepalived_profile, keepalived_advert_interval_ms, keepalived_preempt, keepalived_load_balancer, keepalived_load_balancer_port, keepalived_additional_vips, keepalived_package_version, keepalived_health_check_path, keepalived_health_check_interval_ms, keepalived_health_check_timeout_ms, keepalived_health_check_fall, keepalived_health_check_rise, keepalived_priority',
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
