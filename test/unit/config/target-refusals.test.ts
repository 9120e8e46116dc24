import { describe, expect, it } from 'vitest';
import { complaintsAbout, formatDiagnostic, inventoryWith, read } from './read.ts';

describe('a host is not reached in another way than asked for', () => {
  it.each([
    [
      'ansible_port: 22:22',
      'inventory.yaml:8:21 [22:22] error: control-plane.hosts.cp1.ansible_port: expected a port from 1 to 65535, got "22:22"',
    ],
    [
      'ansible_port: 0644',
      'inventory.yaml:8:21 [0644] error: control-plane.hosts.cp1.ansible_port: expected a port from 1 to 65535, got "0644"',
    ],
    [
      'ansible_port: 65536',
      'inventory.yaml:8:21 [65536] error: control-plane.hosts.cp1.ansible_port: expected a port from 1 to 65535, got "65536"',
    ],
    [
      'ansible_port: 0',
      'inventory.yaml:8:21 [0] error: control-plane.hosts.cp1.ansible_port: expected a port from 1 to 65535, got "0"',
    ],
    [
      'ansible_port: [22]',
      'inventory.yaml:8:21 [[22]] error: control-plane.hosts.cp1.ansible_port: expected a single value, got a list',
    ],
    [
      'ansible_user: -oProxyCommand=x',
      'inventory.yaml:8:21 [-oProxyCommand=x] error: control-plane.hosts.cp1.ansible_user: expected the name of a user, got "-oProxyCommand=x"',
    ],
    [
      'ansible_user: "{{ me }}"',
      'inventory.yaml:8:22 [{{ me }}] error: control-plane.hosts.cp1.ansible_user: the variable "me" is not defined on this host',
    ],
    [
      'ansible_user: "{% if x %}a{% endif %}"',
      'inventory.yaml:8:22 [{% if x %}] error: control-plane.hosts.cp1.ansible_user: "{% if x %}" is more than the name of a variable, which is all that is understood; write the value itself',
    ],
    [
      'ansible_user: !unsafe "{{ me }}"',
      'inventory.yaml:8:29 ["{{ me }}"] error: control-plane.hosts.cp1.ansible_user: expected the name of a user, got "{{ me }}"',
    ],
    [
      'ansible_user: !vault "abc"',
      'inventory.yaml:8:28 ["abc"] error: control-plane.hosts.cp1.ansible_user: the value is encrypted, and nothing here opens it',
    ],
    [
      'ansible_password: !vault "abc"',
      'inventory.yaml:8:32 [*****] error: control-plane.hosts.cp1.ansible_password: the value is encrypted, and nothing here opens it',
    ],
    [
      'ansible_become_password: "secret\\n"',
      'inventory.yaml:8:32 [**********] error: control-plane.hosts.cp1.ansible_become_password: a password is one line; a block scalar ends in a line break: use |- instead of |',
    ],
    [
      'ansible_become: perhaps',
      'inventory.yaml:8:23 [perhaps] error: control-plane.hosts.cp1.ansible_become: expected true or false, got "perhaps"',
    ],
    [
      'ansible_become_method: su',
      'inventory.yaml:8:30 [su] error: control-plane.hosts.cp1.ansible_become_method: expected sudo or doas, got "su": konvoy-ha becomes root with these, or logs in as root',
    ],
    [
      'ansible_become_user: admin',
      'inventory.yaml:8:28 [admin] error: control-plane.hosts.cp1.ansible_become_user: "admin" cannot set up keepalived; konvoy-ha works as root on the hosts',
    ],
    [
      'ansible_become_exe: doas',
      'inventory.yaml:8:27 [doas] error: control-plane.hosts.cp1.ansible_become_exe: not supported yet',
    ],
    [
      'ansible_connection: paramiko',
      'inventory.yaml:8:27 [paramiko] error: control-plane.hosts.cp1.ansible_connection: expected ssh, smart or local, got "paramiko"',
    ],
    [
      'ansible_ssh_host: 10.0.0',
      'inventory.yaml:8:25 [10.0.0] error: control-plane.hosts.cp1.ansible_ssh_host: expected an IP address or a DNS name, got "10.0.0"',
    ],
    [
      'ansible_ssh_host: 010.0.0.1',
      'inventory.yaml:8:25 [010.0.0.1] error: control-plane.hosts.cp1.ansible_ssh_host: expected an IP address or a DNS name, got "010.0.0.1"',
    ],
    [
      'ansible_ssh_host: cp1:22',
      'inventory.yaml:8:25 [cp1:22] error: control-plane.hosts.cp1.ansible_ssh_host: expected an IP address or a DNS name, got "cp1:22"',
    ],
    [
      'ansible_ssh_private_key_file: ~root/key',
      'inventory.yaml:8:37 [~root/key] error: control-plane.hosts.cp1.ansible_ssh_private_key_file: expected "~/…", an absolute or a relative path, got "~root/key"',
    ],
    [
      'ansible_ssh_private_key_file: $HOME/key',
      'inventory.yaml:8:37 [$HOME/key] error: control-plane.hosts.cp1.ansible_ssh_private_key_file: expected a path without quotes, "$", "%", backslashes and braces, got "$HOME/key"',
    ],
    [
      'ansible_ssh_common_args: -o ProxyJump=gate;x',
      'inventory.yaml:8:35 [ProxyJump=gate;x] error: control-plane.hosts.cp1.ansible_ssh_common_args: expected an IP address or a DNS name, got "gate;x"; for example: -J gate.example.net,ops@inner:2222',
    ],
    [
      'konvoy_ha_ssh_client: putty',
      'inventory.yaml:8:29 [putty] error: control-plane.hosts.cp1.konvoy_ha_ssh_client: expected auto, ssh2 or openssh, got "putty"',
    ],
    [
      'ansible_ssh_common_args: -o UserKnownHostsFile=%d/hosts',
      'inventory.yaml:8:54 [%d/hosts] error: control-plane.hosts.cp1.ansible_ssh_common_args: expected a path without quotes, "$", "%", backslashes and braces, got "%d/hosts"',
    ],
    [
      'ansible_ssh_common_args: -p 99999',
      'inventory.yaml:8:35 [99999] error: control-plane.hosts.cp1.ansible_ssh_common_args: expected a port from 1 to 65535, got "99999"',
    ],
    [
      'ansible_ssh_common_args: -o "x',
      'inventory.yaml:8:32 [-o "x] error: control-plane.hosts.cp1.ansible_ssh_common_args: has no closing "',
    ],
    [
      'keepalived_interface: eth 0',
      'inventory.yaml:8:29 [eth 0] error: control-plane.hosts.cp1.keepalived_interface: expected the name of a network interface (at most 15 characters), got "eth 0"',
    ],
    [
      'keepalived_priority: 255',
      'inventory.yaml:8:28 [255] error: control-plane.hosts.cp1.keepalived_priority: expected an integer from 1 to 254, got 255',
    ],
    [
      'keepalived_priority: high',
      'inventory.yaml:8:28 [high] error: control-plane.hosts.cp1.keepalived_priority: expected an integer from 1 to 254, got "high"',
    ],
    [
      'keepalived_prioritty: 200',
      'inventory.yaml:8:7 [keepalived_prioritty] error: unknown variable "keepalived_prioritty"; did you mean "keepalived_priority"?',
    ],
    [
      'keepalived_secret: x',
      'inventory.yaml:8:7 [keepalived_secret] error: unknown variable "keepalived_secret"; variables with this prefix: keepalived_interface, keepalived_vrid, keepalived_mode, keepalived_profile, keepalived_advert_interval_ms, keepalived_preempt, keepalived_load_balancer, keepalived_load_balancer_port, keepalived_additional_vips, keepalived_package_version, keepalived_health_check_path, keepalived_health_check_interval_ms, keepalived_health_check_timeout_ms, keepalived_health_check_fall, keepalived_health_check_rise, keepalived_priority',
    ],
    [
      'konvoy_ha_clutser: x',
      'inventory.yaml:8:7 [konvoy_ha_clutser] error: unknown variable "konvoy_ha_clutser"; did you mean "konvoy_ha_cluster"?',
    ],
  ])('%s', (line, complaint) => {
    expect(complaintsAbout(inventoryWith({ host: [line] }))).toEqual([complaint]);
  });

  it('a slip in a variable of a group that no control-plane host is in is named as well', () => {
    expect(complaintsAbout(`${inventoryWith({})}node: {vars: {keepalived_interfaces: eth0}}`)).toEqual([
      'inventory.yaml:8:15 [keepalived_interfaces] error: unknown variable "keepalived_interfaces"; did you mean "keepalived_interface"?',
    ]);
  });

  it('a name that is no address needs ansible_host', () => {
    expect(
      complaintsAbout(
        inventoryWith({})
          .replace(/ansible_host.*/, 'x: 1')
          .replace('cp1:', '10.0.0:'),
      ),
    ).toEqual([
      'inventory.yaml:6:5 [10.0.0] error: the name of the host is no address: expected an IP address or a DNS name, got "10.0.0"; set ansible_host',
    ]);
  });

  it('a name that is none is named once', () => {
    expect(complaintsAbout(inventoryWith({}).replace('cp1:', '"cp 1; reboot":'))).toEqual([
      'inventory.yaml:6:5 ["cp 1; reboot"] error: expected a host name or an address, got "cp 1; reboot"',
    ]);
  });

  it("an operator's login name that is none of a host's needs ansible_user", () => {
    const result = read(inventoryWith({}), undefined, { home: '/home/x', user: 'DOMAIN\\x' });
    expect(result.ok ? [] : result.error.map(formatDiagnostic)).toEqual([
      'error: no ansible_user, and your own login name cannot be used: expected the name of a user, got "DOMAIN\\\\x"; set ansible_user',
    ]);
  });
});
