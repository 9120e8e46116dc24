import { isIPv4, isIPv6 } from 'node:net';
import { isDnsName } from '../domain/address.ts';
import { parseHostName, parseUserName, type HostName, type UserName } from '../domain/names.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Target } from '../domain/target.ts';
import { numberIn, type Cursor } from './text/cursor.ts';
import type { Host, HostVariables } from './ansible/inventory.ts';
import { resolveUserPath } from './paths.ts';
import type { Problems } from './text/problems.ts';
import { readSshArguments, type SshArguments } from './ssh-arguments.ts';
import { refuseUnsupported } from './unsupported.ts';
import { readVariable } from './variable.ts';

/** The names under which an inventory says where a host is reached, the strongest first. */
export const ADDRESS_VARIABLES: readonly string[] = ['ansible_ssh_host', 'ansible_host', 'ssh_host'];

export const PORT_VARIABLES: readonly string[] = ['ansible_ssh_port', 'ansible_port', 'ssh_port'];

/** What the operator's machine adds to the inventory. */
export interface Operator {
  /** Home folder, absolute. */
  readonly home: string;
  /** Login name: the remote user where the inventory names none, as with ssh. */
  readonly user: string;
}

/** One host with the variables in force on it. */
export interface HostEntry {
  readonly host: Host;
  readonly variables: HostVariables;
}

/** How a host is reached, without a bastion; undefined when something about it is wrong, which has then been said. */
export function readTarget(entry: HostEntry, operator: Operator, problems: Problems): Target | undefined {
  const { variables } = entry;
  refuseUnsupported(variables);
  const args = readSshArguments(variables, operator.home);
  const host = readName(entry, problems);
  const connection = readConnection(variables);
  const address = readAddress(entry, problems);
  const port = readPort(variables, args);
  const user = readUser(variables, operator, problems);
  const identityFiles = readIdentityFiles(variables, args, operator.home);
  if (host === undefined || connection === undefined || address === undefined) return undefined;
  if (port === undefined || user === undefined) return undefined;
  const { knownHostsFiles, strictHostKeyChecking } = args;
  return {
    host,
    connection,
    client: 'auto',
    address,
    port,
    user,
    identityFiles,
    become: { method: 'sudo' },
    knownHostsFiles,
    strictHostKeyChecking,
    forwardAgent: false,
  };
}

/** What a connection can be made to: an address, IPv6 with a zone if need be, or a DNS name. */
export function parseConnectAddress(text: string): Result<string, string> {
  if (isIPv4(text) || isIPv6(text) || isDnsName(text)) return ok(text);
  return err(`expected an IP address or a DNS name, got ${JSON.stringify(text)}`);
}

export function parsePort(text: string): Result<number, string> {
  const port = numberIn(text);
  if (typeof port === 'number' && port >= 1 && port <= 65535) return ok(port);
  return err(`expected a port from 1 to 65535, got ${JSON.stringify(text)}`);
}

function readName({ host }: HostEntry, problems: Problems): HostName | undefined {
  const name = parseHostName(host.name);
  if (name.ok) return name.value;
  problems.error(name.error, host.place);
  return undefined;
}

function readConnection(variables: HostVariables): Target['connection'] | undefined {
  const cursor = variables.first('ansible_connection');
  return cursor === undefined ? 'ssh' : readVariable(cursor, parseConnection);
}

function parseConnection(text: string): Result<Target['connection'], string> {
  switch (text) {
    case 'ssh':
    case 'smart':
      return ok('ssh');
    case 'local':
      return ok('local');
    default:
      return err(`expected ssh, smart or local, got ${JSON.stringify(text)}`);
  }
}

function readAddress({ host, variables }: HostEntry, problems: Problems): string | undefined {
  const cursor = variables.first(...ADDRESS_VARIABLES);
  if (cursor !== undefined) return readVariable(cursor, parseConnectAddress);
  const address = parseConnectAddress(host.name);
  if (address.ok) return address.value;
  // A name that is none at all has been complained about already.
  if (!parseHostName(host.name).ok) return undefined;
  problems.error(`the name of the host is no address: ${address.error}`, host.place, 'set ansible_host');
  return undefined;
}

function readPort(variables: HostVariables, args: SshArguments): number | undefined {
  const cursor = variables.first(...PORT_VARIABLES);
  if (cursor !== undefined) return readVariable(cursor, parsePort);
  if (args.port === undefined) return SSH_PORT;
  const port = parsePort(args.port.text);
  if (port.ok) return port.value;
  args.port.cursor.failAt(args.port.text, port.error);
  return undefined;
}

function readUser(variables: HostVariables, { user }: Operator, problems: Problems): UserName | undefined {
  const cursor = variables.first('ansible_ssh_user', 'ansible_user', 'ssh_user');
  if (cursor !== undefined) return readVariable(cursor, parseUserName);
  const own = parseUserName(user);
  if (own.ok) return own.value;
  problems.error(
    `no ansible_user, and your own login name cannot be used: ${own.error}`,
    undefined,
    'set ansible_user',
  );
  return undefined;
}

function readIdentityFiles(variables: HostVariables, args: SshArguments, home: string): readonly string[] {
  const cursor = variables.first(
    'ansible_ssh_private_key_file',
    'ansible_private_key_file',
    'ssh_private_key_file',
  );
  const own = cursor === undefined ? undefined : readPath(cursor, home);
  return [...new Set(own === undefined ? args.identityFiles : [own, ...args.identityFiles])];
}

function readPath(cursor: Cursor, home: string): string | undefined {
  return readVariable(cursor, (text) =>
    resolveUserPath(text, { home, directory: cursor.place.source.directory }),
  );
}

const SSH_PORT = 22;
