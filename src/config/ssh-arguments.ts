import type { Target } from '../domain/target.ts';
import { parseBoolean } from './boolean.ts';
import type { Cursor } from './text/cursor.ts';
import type { HostVariables } from './ansible/inventory.ts';
import { resolveUserPath } from './paths.ts';
import { parseSshOptions, type SshOptions } from './ssh-options.ts';
import { readVariable, variableText } from './variable.ts';

/** What the ssh arguments of a host's variables come to, checked. */
export interface SshArguments {
  /** Absolute paths; empty for OpenSSH's own files. */
  readonly knownHostsFiles: readonly string[];
  readonly strictHostKeyChecking: Target['strictHostKeyChecking'];
  /** Absolute paths. */
  readonly identityFiles: readonly string[];
  /** The variable that names a port, and the port in it. */
  readonly port?: { readonly cursor: Cursor; readonly text: string };
}

/** Reads all variables with ssh arguments in the order in which Ansible puts them on ssh's command line. */
export function readSshArguments(variables: HostVariables, home: string): SshArguments {
  const read = ARGUMENT_VARIABLES.flatMap((name) => {
    const cursor = variables.first(name);
    const text = cursor === undefined ? undefined : variableText(cursor);
    if (cursor === undefined || text === undefined) return [];
    const options = parseSshOptions(text);
    reportProblems(cursor, options);
    return [{ cursor, options }];
  });
  const knownHosts = read.find(({ options }) => options.knownHostsFiles !== undefined);
  const port = read.find(({ options }) => options.port !== undefined);
  const strictness = read.find(({ options }) => options.strictHostKeyChecking !== undefined);
  return {
    knownHostsFiles:
      knownHosts === undefined ? [] : paths(knownHosts.cursor, knownHosts.options.knownHostsFiles, home),
    strictHostKeyChecking: strictness?.options.strictHostKeyChecking ?? readHostKeyChecking(variables),
    identityFiles: read.flatMap(({ cursor, options }) => paths(cursor, options.identityFiles, home)),
    ...(port?.options.port === undefined ? {} : { port: { cursor: port.cursor, text: port.options.port } }),
  };
}

function reportProblems(cursor: Cursor, options: SshOptions): void {
  for (const { severity, fragment, message, hints } of options.problems) {
    if (severity === 'error') cursor.failAt(fragment, message, ...hints);
    else cursor.warnAt(fragment, message, ...hints);
  }
}

function paths(cursor: Cursor, texts: readonly string[] | undefined, home: string): readonly string[] {
  return (texts ?? []).flatMap((text) => {
    const path = resolveUserPath(text, { home, directory: cursor.place.source.directory });
    if (path.ok) return [path.value];
    cursor.failAt(text, path.error);
    return [];
  });
}

function readHostKeyChecking(variables: HostVariables): Target['strictHostKeyChecking'] {
  const cursor = variables.first('ansible_ssh_host_key_checking', 'ansible_host_key_checking');
  if (cursor === undefined || readVariable(cursor, parseBoolean) !== false) return 'ask';
  cursor.warnAt(
    '',
    'unknown host keys are stored and changed ones refused, as with accept-new, never ignored',
  );
  return 'accept-new';
}

const ARGUMENT_VARIABLES = [
  'ansible_ssh_args',
  'ansible_ssh_common_args',
  'ssh_common_args',
  'ansible_ssh_extra_args',
];
