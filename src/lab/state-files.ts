import { join } from 'node:path';
import type { AddressPlan, HostPlan } from './addresses.ts';

/** Absolute paths of what a lab leaves in its state directory. */
export interface StatePaths {
  readonly directory: string;
  /** Holds the name of the lab, which alone may remove the directory. */
  readonly mark: string;
  readonly inventory: string;
  readonly privateKey: string;
  readonly publicKey: string;
  readonly knownHosts: string;
  readonly ca: string;
  /** Keys and certificates of the stand-in API servers, `<host>.key` and `<host>.crt`. */
  readonly tls: string;
}

/** Where things are in a state directory, which has to be absolute. */
export function statePaths(directory: string): StatePaths {
  return {
    directory,
    mark: join(directory, 'lab'),
    inventory: join(directory, 'inventory.yaml'),
    privateKey: join(directory, 'id_ed25519'),
    publicKey: join(directory, 'id_ed25519.pub'),
    knownHosts: join(directory, 'known_hosts'),
    ca: join(directory, 'ca.crt'),
    tls: join(directory, 'tls'),
  };
}

/** The Konvoy inventory of a lab; strangers are not in it. */
export function inventoryText(plan: AddressPlan, hosts: readonly HostPlan[], paths: StatePaths): string {
  const members = hosts.filter((host) => host.role === 'host');
  return [
    'control-plane:',
    '  hosts:',
    ...members.flatMap((host) => [`    ${host.name}:`, `      ansible_host: ${host.address}`]),
    'node:',
    '  hosts: {}',
    'all:',
    '  vars:',
    '    ansible_user: operator',
    '    ansible_port: 22',
    `    ansible_ssh_private_key_file: ${JSON.stringify(paths.privateKey)}`,
    `    ansible_ssh_common_args: ${JSON.stringify(`-o UserKnownHostsFile=${sshWord(paths.knownHosts)}`)}`,
    `    control_plane_endpoint: "${plan.vip}:6443"`,
    '',
  ].join('\n');
}

/** known_hosts for hosts whose public keys were read on the hosts themselves. */
export function knownHostsText(
  hosts: readonly { readonly plan: HostPlan; readonly publicKeys: string }[],
): string {
  const lines = hosts.flatMap(({ plan, publicKeys }) =>
    publicKeys
      .split('\n')
      .filter((line) => line.trim() !== '')
      // The comment, the third word, is the host's own name for itself: nobody needs it.
      .map((line) => [`${plan.address},${plan.address6}`, ...line.split(' ').slice(0, 2)].join(' ')),
  );
  return `${lines.join('\n')}\n`;
}

// ansible splits the arguments as a shell would.
function sshWord(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
