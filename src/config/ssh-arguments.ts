import { allowedAuthentications, type SshSettings } from '../domain/ssh-settings.ts';
import type { Target } from '../domain/target.ts';
import type { HostVariables } from './ansible/inventory.ts';
import { parseBoolean } from './boolean.ts';
import { readSshOptions, ACCEPT_NEW_INSTEAD } from './ssh-options.ts';
import { parseTimeMs } from './ssh-option-values.ts';
import type { PlacedOption, SshOptions } from './ssh-said.ts';
import { sshOptionsIn } from './ssh-words.ts';
import { readVariable, variableText } from './variable.ts';

/** What the ssh arguments of a host's variables come to, checked; what they do not say is left out. */
export interface SshArguments {
  /** Absolute paths. */
  readonly identityFiles: readonly string[];
  /** Absolute paths; empty for OpenSSH's own files. */
  readonly knownHostsFiles: readonly string[];
  readonly strictHostKeyChecking?: Target['strictHostKeyChecking'];
  readonly hostKeyAlias?: string;
  readonly forwardAgent?: boolean;
  readonly port?: number;
  readonly user?: Target['user'];
  readonly route?: SshOptions['route'];
  readonly settings?: SshSettings;
}

/** Reads all variables with ssh arguments in the order in which Ansible puts them on ssh's command line. */
export function readSshArguments(variables: HostVariables, home: string): SshArguments {
  const said = readSshOptions(placedOptions(variables), home);
  const checking = strictnessOf(said, variables);
  const settings = settingsOf(said, variables);
  return {
    identityFiles: said.identityFiles,
    knownHostsFiles: knownHostsFiles(said, home),
    ...(checking !== undefined && { strictHostKeyChecking: checking }),
    ...(said.hostKeyAlias !== undefined && { hostKeyAlias: said.hostKeyAlias }),
    ...(said.forwardAgent !== undefined && { forwardAgent: said.forwardAgent }),
    ...(said.port !== undefined && { port: said.port }),
    ...(said.user !== undefined && { user: said.user }),
    ...(said.route !== undefined && { route: said.route }),
    ...(Object.keys(settings).length > 0 && { settings }),
  };
}

function placedOptions(variables: HostVariables): readonly PlacedOption[] {
  const placed: PlacedOption[] = [];
  for (const name of ARGUMENT_VARIABLES) {
    const cursor = variables.first(name);
    const text = cursor === undefined ? undefined : variableText(cursor);
    if (cursor === undefined || text === undefined) continue;
    for (const option of sshOptionsIn(text)) {
      if (option.ok) placed.push({ ...option.value, cursor });
      else cursor.failAt(option.error.fragment, option.error.message, ...option.error.hints);
    }
  }
  return placed;
}

/** OpenSSH reads the user's files and the global ones; naming one kind leaves the other as it is. */
function knownHostsFiles(said: Readonly<SshOptions>, home: string): readonly string[] {
  const own = said.knownHostsFiles ?? [];
  if (said.globalKnownHostsFiles === undefined) return own;
  const usual = [`${home}/.ssh/known_hosts`, `${home}/.ssh/known_hosts2`];
  return [...(own.length > 0 ? own : usual), ...said.globalKnownHostsFiles];
}

function settingsOf(said: Readonly<SshOptions>, variables: HostVariables): SshSettings {
  const authentications = allowedAuthentications(said);
  const timeout = variables.first('ansible_ssh_timeout', 'ansible_timeout');
  const timeoutMs = timeout && readVariable(timeout, parseTimeMs);
  return {
    ...(timeoutMs !== undefined && { connectTimeoutMs: timeoutMs }),
    ...said.settings,
    ...(authentications !== undefined && { authentications }),
    ...(Object.keys(said.algorithms).length > 0 && { algorithms: said.algorithms }),
  };
}

function strictnessOf(
  said: Readonly<SshOptions>,
  variables: HostVariables,
): SshArguments['strictHostKeyChecking'] {
  const checking = said.strictHostKeyChecking ?? readHostKeyChecking(variables);
  // BatchMode asks nobody.
  return said.batchMode === true && (checking ?? 'ask') === 'ask' ? 'yes' : checking;
}

function readHostKeyChecking(variables: HostVariables): Target['strictHostKeyChecking'] | undefined {
  const cursor = variables.first('ansible_ssh_host_key_checking', 'ansible_host_key_checking');
  if (cursor === undefined || readVariable(cursor, parseBoolean) !== false) return undefined;
  cursor.warnAt('', ACCEPT_NEW_INSTEAD);
  return 'accept-new';
}

const ARGUMENT_VARIABLES = [
  'ansible_ssh_args',
  'ansible_ssh_common_args',
  'ssh_common_args',
  'ansible_ssh_extra_args',
];
