import { SETTINGS } from '../konvoy/settings.ts';
import { integerSchema, orBlank, textSchema, truthSchema, wordSchema, type JsonSchema } from './json-schema.ts';

/** Every variable of an inventory that means something to us, for editors; the rest of an inventory is the user's. */
export const VARIABLES: Readonly<Record<string, JsonSchema>> = {
  control_plane_endpoint: {
    description:
      'ADDRESS:PORT that always answers. With keepalived the address is the VIP: no machine may have it. cluster.yaml can override it.',
    ...textSchema(':[0-9]{1,5}$'),
  },
  konvoy_ha_cluster: {
    description: 'The name under which generations are kept on the hosts.',
    ...textSchema('^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$'),
  },
  konvoy_ha_ssh_client: {
    description: 'Which program speaks SSH.',
    default: 'auto',
    ...wordSchema(['auto', 'ssh2', 'openssh']),
  },
  keepalived_priority: {
    description: 'The highest healthy host is active; without it, the order of the hosts decides.',
    ...integerSchema(1, 254),
  },
  ...Object.fromEntries(Object.values(SETTINGS).map(({ variable, schema }) => [variable, schema])),

  ansible_host: described('Where to connect: an address or a DNS name; without it, the name of the host.'),
  ansible_ssh_host: described('Another name of ansible_host, which it beats.'),
  ssh_host: described('Another name of ansible_host, which beats it.'),
  ansible_port: { description: 'The port of sshd.', default: 22, ...integerSchema(1, 65535) },
  ansible_ssh_port: { description: 'Another name of ansible_port, which it beats.', ...integerSchema(1, 65535) },
  ssh_port: { description: 'Another name of ansible_port, which beats it.', ...integerSchema(1, 65535) },
  ansible_user: described('The login; without it, your own login name. root, or somebody with sudo.'),
  ansible_ssh_user: described('Another name of ansible_user, which it beats.'),
  ssh_user: described('Another name of ansible_user, which beats it.'),
  ansible_ssh_private_key_file: described('A key to log in with: ~/…, absolute, or relative to this file.'),
  ansible_private_key_file: described('Another name of ansible_ssh_private_key_file.'),
  ssh_private_key_file: described('Another name of ansible_ssh_private_key_file.'),
  ansible_ssh_args: described('Arguments for ssh, as far as docs/inventory.md says.'),
  ansible_ssh_common_args: described('Arguments for ssh, as far as docs/inventory.md says.'),
  ansible_ssh_extra_args: described('Arguments for ssh, as far as docs/inventory.md says.'),
  ssh_common_args: described('Another name of ansible_ssh_common_args.'),
  ansible_ssh_executable: described('Not supported yet.'),
  ansible_shell_executable: described('Not supported yet.'),
  ansible_host_key_checking: {
    description: 'false: an unknown host key is stored; a changed one is refused in any case.',
    default: true,
    ...truthSchema(),
  },
  ansible_ssh_host_key_checking: {
    description: 'Another name of ansible_host_key_checking.',
    ...truthSchema(),
  },
  ansible_connection: {
    description: 'How to reach the host.',
    default: 'ssh',
    ...wordSchema(['ssh', 'smart', 'local']),
  },
  ansible_ssh_timeout: described('Seconds until a connection is given up.'),
  ansible_timeout: described('Another name of ansible_ssh_timeout.'),
  ansible_password: described('A password to log in with.'),
  ansible_ssh_pass: described('Another name of ansible_password.'),
  ansible_ssh_password: described('Another name of ansible_password.'),
  ansible_become: { description: 'konvoy-ha always works as root.', ...truthSchema() },
  ansible_become_method: described('How a user becomes root: sudo or doas.'),
  ansible_become_user: described('Always root.'),
  ansible_become_exe: described('Not supported yet.'),
  ansible_become_flags: described('Not supported yet.'),
  ansible_become_password: described('A password for sudo.'),
  ansible_become_pass: described('Another name of ansible_become_password.'),
  ansible_sudo_pass: described('Another name of ansible_become_password.'),
  ansible_doas_pass: described('The same for doas.'),
  ansible_group_priority: {
    description: 'Of groups of one depth, the one with the higher priority wins.',
    default: 1,
    ...orBlank({ type: ['integer', 'string'] }),
  },

  bastion_hosts: described('The bastion as before Konvoy 1.1.0; the group "bastion" beats it.'),
  bastion_user: described('The login on the bastion of bastion_hosts.'),
  bastion_port: { description: 'The port of the bastion of bastion_hosts.', ...integerSchema(1, 65535) },
  version: described('v1beta1 in every inventory of Konvoy since 1.1.0; anything else is your own.'),
  order: described("Konvoy's: has no effect."),
  node_pool: described("Konvoy's: has no effect."),
};

function described(description: string): JsonSchema {
  return { description };
}
