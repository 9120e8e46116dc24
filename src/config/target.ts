import { parseHostName, parseUserName, type HostName, type UserName } from '../domain/names.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Target, UnsaidField } from '../domain/target.ts';
import { parseConnectAddress, parsePort } from '../domain/connect-address.ts';
import type { Cursor } from './text/cursor.ts';
import type { Host, HostVariables } from './ansible/inventory.ts';
import { resolveUserPath } from './paths.ts';
import type { Problems } from './text/problems.ts';
import { readSshArguments, type SshArguments } from './ssh-arguments.ts';
import { routeFields } from './ssh-route.ts';
import { refuseUnsupported } from './unsupported.ts';
import { readVariable } from './variable.ts';

/** What the operator's machine adds to the inventory. */
export interface Operator {
  /** Home folder, absolute. */
  readonly home: string;
  /** Login name: the remote user where neither the inventory nor ssh_config names one, as with ssh. */
  readonly user: string;
  /** The remote user where the inventory names none, as the command line says. */
  readonly remoteUser?: string;
}

/** One host with the variables in force on it. */
export interface HostEntry {
  readonly host: Host;
  readonly variables: HostVariables;
}

/** How a host is reached, without the group `bastion`; undefined when something about it is wrong, which has then been said. */
export function readTarget(entry: HostEntry, operator: Operator, problems: Problems): Target | undefined {
  const { variables } = entry;
  refuseUnsupported(variables);
  const args = readSshArguments(variables, operator.home);
  const host = readName(entry, problems);
  const connection = readConnection(variables);
  const address = readAddress(entry, problems);
  const port = readPort(variables, args);
  const user = readUser(variables, args, operator, problems);
  const client = readClient(variables);
  const identityFiles = readIdentityFiles(variables, args, operator.home);
  if (host === undefined || connection === undefined || address === undefined) return undefined;
  if (port === undefined || user === undefined || client === undefined) return undefined;
  const target: Target = {
    host,
    connection,
    client,
    address,
    port: port.value,
    user: user.value,
    identityFiles,
    become: { method: 'sudo' },
    knownHostsFiles: args.knownHostsFiles,
    strictHostKeyChecking: args.strictHostKeyChecking ?? 'ask',
    ...(args.hostKeyAlias !== undefined && { hostKeyAlias: args.hostKeyAlias }),
    forwardAgent: args.forwardAgent ?? false,
    ...(args.settings !== undefined && { settings: args.settings }),
    unsaid: unsaidFields(args, { user: user.isSaid, port: port.isSaid }),
  };
  return { ...target, ...routeFields(target, args, operator.user, problems) };
}

/** A value, and whether somebody has asked for it. */
interface Said<T> {
  readonly value: T;
  readonly isSaid: boolean;
}

function unsaidFields(
  args: SshArguments,
  said: { readonly user: boolean; readonly port: boolean },
): readonly UnsaidField[] {
  const isSaid: Readonly<Record<UnsaidField, boolean>> = {
    ...said,
    strictHostKeyChecking: args.strictHostKeyChecking !== undefined,
    forwardAgent: args.forwardAgent !== undefined,
    route: args.route !== undefined,
  };
  return UNSAID_FIELDS.filter((field) => !isSaid[field]);
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

/** Parses which program speaks SSH. */
export function parseSshClient(text: string): Result<Target['client'], string> {
  switch (text) {
    case 'auto':
    case 'ssh2':
    case 'openssh':
      return ok(text);
    default:
      return err(`expected auto, ssh2 or openssh, got ${JSON.stringify(text)}`);
  }
}

function readAddress({ host, variables }: HostEntry, problems: Problems): string | undefined {
  const cursor = variables.first('ansible_ssh_host', 'ansible_host', 'ssh_host');
  if (cursor !== undefined) return readVariable(cursor, parseConnectAddress);
  const address = parseConnectAddress(host.name);
  if (address.ok) return address.value;
  // A name that is none at all has been complained about already.
  if (!parseHostName(host.name).ok) return undefined;
  problems.error(`the name of the host is no address: ${address.error}`, host.place, 'set ansible_host');
  return undefined;
}

function readClient(variables: HostVariables): Target['client'] | undefined {
  const cursor = variables.first('konvoy_ha_ssh_client');
  return cursor === undefined ? 'auto' : readVariable(cursor, parseSshClient);
}

function readPort(variables: HostVariables, args: SshArguments): Said<number> | undefined {
  const cursor = variables.first('ansible_ssh_port', 'ansible_port', 'ssh_port');
  if (cursor === undefined) return { value: args.port ?? SSH_PORT, isSaid: args.port !== undefined };
  const port = readVariable(cursor, parsePort);
  return port === undefined ? undefined : { value: port, isSaid: true };
}

function readUser(
  variables: HostVariables,
  args: SshArguments,
  operator: Operator,
  problems: Problems,
): Said<UserName> | undefined {
  const cursor = variables.first('ansible_ssh_user', 'ansible_user', 'ssh_user');
  if (cursor !== undefined) {
    const user = readVariable(cursor, parseUserName);
    return user === undefined ? undefined : { value: user, isSaid: true };
  }
  if (args.user !== undefined) return { value: args.user, isSaid: true };
  const own = parseUserName(operator.remoteUser ?? operator.user);
  if (own.ok) return { value: own.value, isSaid: operator.remoteUser !== undefined };
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

const UNSAID_FIELDS: readonly UnsaidField[] = [
  'user',
  'port',
  'strictHostKeyChecking',
  'forwardAgent',
  'route',
];
