import { splitWords } from './ansible/shell-words.ts';
import { resolveUserPath } from './paths.ts';
import { addOpensshOption, type OptionReader, type PlacedOption, type SshOptions } from './ssh-said.ts';

function resolvedPath({ value, fragment, cursor }: PlacedOption, home: string): string | undefined {
  const path = resolveUserPath(value, { home, directory: cursor.place.source.directory });
  if (path.ok) return path.value;
  cursor.failAt(value === '' ? fragment : value, path.error);
  return undefined;
}

export function readIdentityFile(said: SshOptions, option: PlacedOption, home: string): void {
  const path = option.value.toLowerCase() === 'none' ? undefined : resolvedPath(option, home);
  if (path !== undefined) said.identityFiles = [...said.identityFiles, path];
}

export function readOpensshFile(name: 'CertificateFile' | 'RevokedHostKeys'): OptionReader {
  return (said, option, home) => {
    const path = resolvedPath(option, home);
    if (path !== undefined) addOpensshOption(said, { name, value: `"${path}"` });
  };
}

export function readConfigFile(said: SshOptions, option: PlacedOption, home: string): void {
  const path = option.value === 'none' ? 'none' : resolvedPath(option, home);
  if (path !== undefined) said.settings.configFile = path;
}

export function readIdentityAgent(said: SshOptions, option: PlacedOption, home: string): void {
  if (option.value === 'SSH_AUTH_SOCK') return;
  const path = option.value === 'none' ? 'none' : resolvedPath(option, home);
  if (path !== undefined) said.settings.identityAgent = path;
}

export function readUserKnownHosts(said: SshOptions, option: PlacedOption, home: string): void {
  said.knownHostsFiles = knownHostsFiles(option, home);
  if (!/(^|\s)(none|\/dev\/null)(\s|$)/.test(option.value)) return;
  option.cursor.warnAt(
    option.fragment,
    'host keys are kept in your own known_hosts instead of being forgotten after every connection',
    'remove UserKnownHostsFile=/dev/null, or name a file for this cluster',
  );
}

export function readGlobalKnownHosts(said: SshOptions, option: PlacedOption, home: string): void {
  said.globalKnownHostsFiles = knownHostsFiles(option, home);
}

function knownHostsFiles(option: PlacedOption, home: string): readonly string[] {
  const { name, value, fragment, cursor } = option;
  const files = splitWords(value);
  if (!files.ok) {
    cursor.failAt(fragment, `${name} ${files.error}`);
    return [];
  }
  const named = files.value.filter((file) => file !== '/dev/null' && file !== 'none');
  return named
    .map((file) => resolvedPath({ ...option, value: file }, home))
    .filter((file) => file !== undefined);
}
