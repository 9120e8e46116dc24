import { formatEndpoint, type EndpointAddress } from '../domain/address.ts';
import type { HostName, UserName } from '../domain/names.ts';

/** What `konvoy-ha init` knows about a new cluster. */
export interface NewInventory {
  /** In order of preference: the first one gets the highest priority. */
  readonly hosts: readonly NewHost[];
  readonly endpoint: EndpointAddress;
  readonly user?: UserName;
  /** Path of a private key as the user wrote it. */
  readonly privateKey?: string;
}

export interface NewHost {
  readonly name: HostName;
  /** Where it is reached, when its name is no address. */
  readonly address?: string;
}

/** The text of an inventory that says all this and mentions what else can be said. */
export function inventoryTemplate({ hosts, endpoint, user, privateKey }: NewInventory): string {
  return [
    '# The control-plane hosts; the first one is preferred. Per host, all optional:',
    '#   ansible_host, ansible_port, keepalived_interface, keepalived_priority (1-254)',
    'control-plane:',
    '  hosts:',
    ...hosts.flatMap(hostLines),
    '',
    '# A host to go through, if there is one.',
    'bastion: {}',
    '',
    'all:',
    '  vars:',
    '    # The address that always answers, and its port. No machine may have it.',
    `    control_plane_endpoint: ${quoted(formatEndpoint(endpoint))}`,
    `    ansible_user: ${quoted(user ?? '')} # empty: your own login name`,
    `    ansible_ssh_private_key_file: ${quoted(privateKey ?? '')} # empty: your agent's and your default keys`,
    '    ansible_port: 22',
    '',
  ].join('\n');
}

function hostLines({ name, address }: NewHost): readonly string[] {
  const key = `    ${quoted(name)}:`;
  return address === undefined ? [key] : [key, `      ansible_host: ${quoted(address)}`];
}

/** A JSON string is a double-quoted YAML scalar, whatever it contains, once it is all ASCII. */
function quoted(text: string): string {
  const json = JSON.stringify(text);
  return json.replaceAll(
    /[\u007F-\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
