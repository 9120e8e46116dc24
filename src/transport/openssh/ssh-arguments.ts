import type { AuthenticationMethod, SshSettings } from '../../domain/ssh-settings.ts';
import type { Target } from '../../domain/target.ts';

/** What a run of ssh needs besides its target. */
export interface SshRun {
  /** Default known_hosts are below it. */
  readonly home: string;
  /** ssh_config to read where the target names none; without it ssh reads its own. */
  readonly configFile?: string | undefined;
  /** The way through a bastion's connection; beats the target's own ProxyCommand. */
  readonly proxyCommand?: string | undefined;
  /** The socket on which this connection is offered to others. */
  readonly masterSocket?: string | undefined;
  /** Whether a password may be asked for; nothing else ever is. */
  readonly asksPassword?: boolean | undefined;
  readonly connectTimeoutMs: number;
  readonly keepaliveIntervalMs: number;
}

/**
 * ssh(1)'s arguments up to the command. What the target says stands before what ssh_config says, and all that could ask,
 * forward, share or print is switched off.
 */
export function sshArguments(target: Target, run: SshRun): readonly string[] {
  const { address, settings = {} } = target;
  const configFile = settings.configFile ?? run.configFile;
  const options = [
    ...routeOptions(target, run),
    ...trustOptions(target, run),
    ...loginOptions(target, run),
    ...quietOptions(run),
  ];
  return [
    '-T',
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...options.flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...(run.masterSocket === undefined ? [] : ['-N']),
    '--',
    settings.alias ?? address,
  ];
}

/** A path as a value in ssh_config: one word, in which nothing is expanded. */
export function pathWord(path: string): string {
  return `"${path.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('%', '%%')}"`;
}

type Option = readonly [name: string, value: string];

function routeOptions(
  { address, port, user, proxyCommand, settings = {} }: Target,
  run: SshRun,
): readonly Option[] {
  const { addressFamily, bindAddress } = settings;
  return [
    ['HostName', address.replaceAll('%', '%%')],
    ['Port', String(port)],
    ['User', user],
    // It also stands before a ProxyJump: the first of the two counts.
    ['ProxyCommand', run.proxyCommand ?? proxyCommand ?? 'none'],
    ...(addressFamily === undefined
      ? []
      : [['AddressFamily', addressFamily === 4 ? 'inet' : 'inet6'] as const]),
    ...(bindAddress === undefined ? [] : [['BindAddress', bindAddress] as const]),
    ['ConnectTimeout', String(Math.ceil(run.connectTimeoutMs / 1000))],
    ['ConnectionAttempts', '1'],
    ['ServerAliveInterval', String(Math.ceil(run.keepaliveIntervalMs / 1000))],
    ['ServerAliveCountMax', String(settings.keepaliveCountMax ?? 3)],
  ];
}

function trustOptions(
  { knownHostsFiles, strictHostKeyChecking, hostKeyAlias }: Target,
  { home }: SshRun,
): readonly Option[] {
  const own = [`${home}/.ssh/known_hosts`, `${home}/.ssh/known_hosts2`];
  const files = knownHostsFiles.length > 0 ? knownHostsFiles : own;
  return [
    // There is nobody to ask: ssh would answer itself, with no.
    ['StrictHostKeyChecking', strictHostKeyChecking === 'accept-new' ? 'accept-new' : 'yes'],
    ['UserKnownHostsFile', files.map(pathWord).join(' ')],
    ...(knownHostsFiles.length > 0 ? [['GlobalKnownHostsFile', 'none'] as const] : []),
    ...(hostKeyAlias === undefined ? [] : [['HostKeyAlias', hostKeyAlias] as const]),
    ['UpdateHostKeys', 'no'],
  ];
}

function loginOptions(
  { identityFiles, forwardAgent, settings = {} }: Target,
  run: SshRun,
): readonly Option[] {
  const { identityAgent, authentications, algorithms = {}, opensshOptions = [] } = settings;
  const identitiesOnly = settings.identitiesOnly ?? identityFiles.length > 0;
  const lists: readonly (readonly [string, string | undefined])[] = [
    ['HostKeyAlgorithms', algorithms.hostKey],
    ['KexAlgorithms', algorithms.kex],
    ['Ciphers', algorithms.cipher],
    ['MACs', algorithms.mac],
  ];
  return [
    ...identityFiles.map((path) => ['IdentityFile', pathWord(path)] as const),
    ...(identitiesOnly ? [['IdentitiesOnly', 'yes'] as const] : []),
    ...(identityAgent === undefined ? [] : [['IdentityAgent', agentWord(identityAgent)] as const]),
    ...(opensshOptions.some(({ name }) => name === 'forwardagent')
      ? []
      : [['ForwardAgent', forwardAgent ? 'yes' : 'no'] as const]),
    ...(authentications?.includes('publickey') === false ? [['PubkeyAuthentication', 'no'] as const] : []),
    ['BatchMode', run.asksPassword === true ? 'no' : 'yes'],
    ...(run.asksPassword === true ? passwordOptions(authentications) : []),
    ['NumberOfPasswordPrompts', '1'],
    ...lists.flatMap(([name, list]) => (list === undefined ? [] : [[name, list] as const])),
    ...opensshOptions.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])),
  ];
}

// The user's ssh_config may have switched them off; the target says which of them may be tried.
function passwordOptions(allowed: SshSettings['authentications']): readonly Option[] {
  const isAllowed = (method: AuthenticationMethod): string =>
    allowed?.includes(method) === false ? 'no' : 'yes';
  return [
    ['PasswordAuthentication', isAllowed('password')],
    ['KbdInteractiveAuthentication', isAllowed('keyboard-interactive')],
  ];
}

function quietOptions({ masterSocket }: SshRun): readonly Option[] {
  return [
    ['ControlMaster', masterSocket === undefined ? 'no' : 'yes'],
    ['ControlPath', masterSocket === undefined ? 'none' : pathWord(masterSocket)],
    ['ControlPersist', 'no'],
    ['ClearAllForwardings', 'yes'],
    ['ForwardX11', 'no'],
    ['PermitLocalCommand', 'no'],
    ['RemoteCommand', 'none'],
    ['RequestTTY', 'no'],
    ['EscapeChar', 'none'],
    // Our errors are made of what it says.
    ['LogLevel', 'INFO'],
  ];
}

function agentWord(socket: string): string {
  return socket === 'none' ? socket : pathWord(socket);
}
