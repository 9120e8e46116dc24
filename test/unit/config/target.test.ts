import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/domain/target.ts';
import { complaintsAbout, intentOf, inventoryWith } from './read.ts';

function targetWith(...host: readonly string[]): Target | undefined {
  return intentOf(inventoryWith({ host })).hosts[0]?.target;
}

describe('a host is reached', () => {
  it('with the defaults of ssh when nothing is said', () => {
    expect(targetWith()).toEqual({
      host: 'cp1',
      connection: 'ssh',
      client: 'auto',
      address: '192.0.2.11',
      port: 22,
      user: 'ops',
      identityFiles: [],
      knownHostsFiles: [],
      strictHostKeyChecking: 'ask',
      become: { method: 'sudo' },
      forwardAgent: false,
      unsaid: ['user', 'port', 'strictHostKeyChecking', 'forwardAgent', 'route'],
    });
  });

  it.each<[string, Partial<Target>]>([
    ['ansible_ssh_host: cp1.example.net', { address: 'cp1.example.net' }],
    ['ansible_port: 2222', { port: 2222 }],
    ['ansible_port: "2222"', { port: 2222 }],
    ['ansible_ssh_port: 2222', { port: 2222 }],
    ['ansible_user: root', { user: 'root' as Target['user'] }],
    ['ansible_user: yes', { user: 'yes' as Target['user'] }],
    ['ssh_user: centos', { user: 'centos' as Target['user'] }],
    ['ansible_ssh_user: centos', { user: 'centos' as Target['user'] }],
    ['ansible_ssh_private_key_file: key.pem', { identityFiles: ['/cluster/key.pem'] }],
    ['ansible_ssh_private_key_file: ../keys/a b.pem', { identityFiles: ['/keys/a b.pem'] }],
    ['ansible_private_key_file: ~/.ssh/id_ed25519', { identityFiles: ['/home/ops/.ssh/id_ed25519'] }],
    ['ansible_private_key_file: /etc/keys/schlüssel', { identityFiles: ['/etc/keys/schlüssel'] }],
    ['ansible_ssh_private_key_file: ""', { identityFiles: [] }],
    ['konvoy_ha_ssh_client: openssh', { client: 'openssh' }],
    ['ansible_connection: local', { connection: 'local' }],
    ['ansible_connection: smart', { connection: 'ssh' }],
    ['ansible_become: yes', {}],
    ['ansible_become: "true"', {}],
    ['ansible_become_method: sudo', {}],
    ['ansible_become_user: root', {}],
    ['ansible_password: ""', {}],
    ['ansible_become_method: doas', { become: { method: 'doas' } }],
    ['ansible_host_key_checking: true', {}],
    ['ansible_ssh_common_args: -o StrictHostKeyChecking=accept-new', { strictHostKeyChecking: 'accept-new' }],
    [
      'ansible_ssh_common_args: -o UserKnownHostsFile=known_hosts',
      { knownHostsFiles: ['/cluster/known_hosts'] },
    ],
    [
      `ssh_common_args: '-o "UserKnownHostsFile=~/.ssh/known_hosts ./more"'`,
      { knownHostsFiles: ['/home/ops/.ssh/known_hosts', '/cluster/more'] },
    ],
    ['ansible_ssh_extra_args: -p 2222 -i key', { port: 2222, identityFiles: ['/cluster/key'] }],
    ['ansible_python_interpreter: "{{ anything }}"', {}],
  ])('%s', (line, expected) => {
    const { unsaid: usual, ...before } = targetWith() ?? expect.fail();
    const { unsaid, ...target } = targetWith(line) ?? expect.fail();
    expect(target).toEqual({ ...before, ...expected });
    const changed = Object.keys(expected);
    expect(unsaid).toEqual(usual?.filter((field) => !changed.includes(field)));
  });

  it('as the arguments that come first on the command line say', () => {
    const target = targetWith(
      'ansible_ssh_extra_args: -o StrictHostKeyChecking=yes -i second',
      'ansible_ssh_common_args: -o StrictHostKeyChecking=accept-new -i first -p 2022',
      'ansible_port: 2222',
      'ansible_ssh_private_key_file: own',
    );
    expect(target).toMatchObject({
      strictHostKeyChecking: 'accept-new',
      port: 2222,
      identityFiles: ['/cluster/own', '/cluster/first', '/cluster/second'],
    });
  });

  it("by its name when that is an address, and by ansible_host's when both names are given", () => {
    const inventory = inventoryWith({ host: ['ssh_host: 192.0.2.12'] });
    expect(intentOf(inventory).hosts[0]?.target.address).toBe('192.0.2.11');
    expect(intentOf(inventory.replace('ansible_host:', 'x:')).hosts[0]?.target.address).toBe('192.0.2.12');
    expect(intentOf(inventory.replace(/ {6}.*\n/g, '')).hosts[0]?.target.address).toBe('cp1');
  });

  it('by IPv6, with a zone if need be', () => {
    const inventory = inventoryWith({}).replace('192.0.2.11', 'fe80::1%eth0');
    expect(intentOf(inventory).hosts[0]?.target.address).toBe('fe80::1%eth0');
  });
});

describe('ways of the past are made safe, and it is said once', () => {
  it('switched off host keys', () => {
    const args = 'ansible_ssh_common_args: -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null';
    const inventory = `${inventoryWith({ all: [args] })}    cp2: {ansible_host: 192.0.2.12}\n`;
    expect(complaintsAbout(inventory)).toEqual([
      'inventory.yaml:4:33 [StrictHostKeyChecking=no] warning: all.vars.ansible_ssh_common_args: unknown host keys are stored and changed ones refused, as with accept-new, never ignored; write StrictHostKeyChecking=accept-new',
      'inventory.yaml:4:61 [UserKnownHostsFile=/dev/null] warning: all.vars.ansible_ssh_common_args: host keys are kept in your own known_hosts instead of being forgotten after every connection; remove UserKnownHostsFile=/dev/null, or name a file for this cluster',
    ]);
    expect(intentOf(inventory).hosts[0]?.target).toMatchObject({
      knownHostsFiles: [],
      strictHostKeyChecking: 'accept-new',
    });
  });

  it('ansible_host_key_checking: false', () => {
    expect(complaintsAbout(inventoryWith({ host: ['ansible_host_key_checking: false'] }))).toEqual([
      'inventory.yaml:8:34 [false] warning: control-plane.hosts.cp1.ansible_host_key_checking: unknown host keys are stored and changed ones refused, as with accept-new, never ignored',
    ]);
  });
});

describe('a bastion', () => {
  const hosts = inventoryWith({ all: ['ansible_user: centos', 'ansible_private_key_file: key'] });

  it('is what every host is reached through, with the variables in force on it', () => {
    const bastion =
      'bastion: {hosts: {gate1: {ansible_host: 203.0.113.5}, gate2: }, vars: {ansible_user: jump}}\n';
    const { target } = intentOf(hosts + bastion).hosts[0] ?? {};
    expect(target).toMatchObject({ user: 'centos', identityFiles: ['/cluster/key'] });
    expect(target?.jump).toEqual({
      host: 'gate1',
      connection: 'ssh',
      client: 'auto',
      address: '203.0.113.5',
      port: 22,
      user: 'jump',
      identityFiles: ['/cluster/key'],
      knownHostsFiles: [],
      strictHostKeyChecking: 'ask',
      become: { method: 'sudo' },
      forwardAgent: false,
      unsaid: ['port', 'strictHostKeyChecking', 'forwardAgent', 'route'],
    });
  });

  it.each([
    '',
    'bastion:\n',
    'bastion: {}\n',
    'bastion: {hosts: }\n',
    'bastion: {vars: {ansible_port: 22}}\n',
  ])('is not there in %j', (bastion) => {
    expect(intentOf(hosts + bastion).hosts[0]?.target.jump).toBeUndefined();
  });

  it('is reached directly when it is a control-plane host itself, and not used for the own machine', () => {
    const more =
      '    cp2: {ansible_host: 192.0.2.12}\n    here: {ansible_connection: local}\nbastion: {hosts: {cp1: }}\n';
    const targets = intentOf(hosts + more).hosts.map((host) => host.target);
    expect(targets.map(({ host, jump }) => [host, jump?.host])).toEqual([
      ['cp1', undefined],
      ['cp2', 'cp1'],
      ['here', undefined],
    ]);
  });

  it('that is wrong is a problem of its own', () => {
    expect(complaintsAbout(`${hosts}bastion: {hosts: {gate: {ansible_port: x}}}\n`)).toEqual([
      'inventory.yaml:10:40 [x] error: bastion.hosts.gate.ansible_port: expected a port from 1 to 65535, got "x"',
    ]);
  });
});

describe('one machine under two names', () => {
  it.each([
    ['an address', '    cp2: {ansible_host: 192.0.2.11}\n', '192.0.2.11 port 22'],
    ['a name and an address', '    192.0.2.11:\n', '192.0.2.11 port 22'],
  ])('is refused at both places: %s', (_, more, machine) => {
    expect(complaintsAbout(inventoryWith({}) + more)).toEqual([
      `inventory.yaml:6:5 [cp1] error: cp1 and ${more.trim().split(':')[0] ?? ''} are the same machine: ${machine}`,
      `inventory.yaml:8:5 [${more.trim().split(':')[0] ?? ''}] error: cp1 and ${more.trim().split(':')[0] ?? ''} are the same machine: ${machine}`,
    ]);
  });

  it('behind one address with forwarded ports is two machines', () => {
    const more = '    cp2: {ansible_host: 192.0.2.11, ansible_port: 2222}\n';
    expect(complaintsAbout(inventoryWith({}) + more)).toEqual([]);
  });
});

describe('passwords', () => {
  const revealed = (...lines: readonly string[]): readonly (string | undefined)[] => {
    const target = targetWith(...lines);
    return [target?.password?.reveal(), target?.become.method, target?.become.password?.reveal()];
  };

  it.each<[string, readonly (string | undefined)[]]>([
    ['ansible_password: " pass word "', [' pass word ', 'sudo', undefined]],
    ['ansible_ssh_pass: 0123', ['0123', 'sudo', undefined]],
    ['ansible_ssh_password: x', ['x', 'sudo', undefined]],
    ['ansible_become_password: s', [undefined, 'sudo', 's']],
    ['ansible_become_pass: s', [undefined, 'sudo', 's']],
    ['ansible_sudo_pass: s', [undefined, 'sudo', 's']],
    ['ansible_doas_pass: s', [undefined, 'sudo', undefined]],
    ['{ansible_become_method: doas, ansible_doas_pass: s}', [undefined, 'doas', 's']],
  ])('%s', (text, expected) => {
    const lines = text.startsWith('{') ? text.slice(1, -1).split(', ') : [text];
    expect(revealed(...lines)).toEqual(expected);
  });

  it('show in no way of printing a target', () => {
    const target = targetWith('ansible_password: hunter2', 'ansible_become_password: hunter2');
    expect(`${JSON.stringify(target)} ${inspect(target)}`).not.toContain('hunter2');
  });
});
