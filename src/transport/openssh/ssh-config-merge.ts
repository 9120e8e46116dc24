import { parseConnectAddress, parsePort } from '../../domain/connect-address.ts';
import { jumpTargets, parseJumpHops } from '../../domain/jump-hops.ts';
import { parseUserName } from '../../domain/names.ts';
import type { Result } from '../../domain/result.ts';
import type { Target, UnsaidField } from '../../domain/target.ts';
import { pathsIn } from './ssh-config-dump.ts';
import { settingsOf, type SaidConfig, type SshConfigSurroundings } from './ssh-config-settings.ts';

/** A target with what ssh_config says of it where the inventory says nothing. */
export interface MergedTarget {
  readonly target: Target;
  /** What was not taken as it stands. */
  readonly warnings: readonly string[];
}

/** Puts what ssh_config says below what the target says. Throws an `Error` with the reason for a value that cannot be used. */
export function mergeSshConfig(
  target: Target,
  config: SaidConfig,
  around: SshConfigSurroundings,
): MergedTarget {
  const isUnsaid = (field: UnsaidField): boolean => target.unsaid?.includes(field) === true;
  const { address, alias } = addressOf(target, config);
  const named: Target = {
    ...target,
    address,
    ...(isUnsaid('user') && config.has('user') && { user: taken(config, 'user', parseUserName) }),
    ...(isUnsaid('port') && config.has('port') && { port: taken(config, 'port', parsePort) }),
    ...(isUnsaid('forwardAgent') && config.first('forwardagent') === 'yes' && { forwardAgent: true }),
    ...(target.hostKeyAlias === undefined &&
      config.has('hostkeyalias') && { hostKeyAlias: config.first('hostkeyalias') ?? '' }),
  };
  const trusting = { ...named, ...trustOf(named, config) };
  const settings = settingsOf(trusting, config, around);
  const merged: Target = {
    ...trusting,
    identityFiles: identityFilesOf(trusting, config, around),
    settings: { ...settings, ...(alias !== undefined && { alias }) },
  };
  return {
    target: isUnsaid('route') ? { ...merged, ...routeOf(merged, config, around) } : merged,
    warnings: warningsOf(target, config),
  };
}

function taken<T>(config: SaidConfig, key: string, parse: (text: string) => Result<T, string>): T {
  const parsed = parse(config.first(key) ?? '');
  if (parsed.ok) return parsed.value;
  throw new Error(`ssh_config says ${key} ${config.first(key) ?? ''}: ${parsed.error}`);
}

function addressOf(
  target: Target,
  config: SaidConfig,
): { readonly address: string; readonly alias?: string } {
  const name = config.first('hostname');
  if (name === undefined || name.toLowerCase() === target.address.toLowerCase())
    return { address: target.address };
  return { address: taken(config, 'hostname', parseConnectAddress), alias: target.address };
}

function trustOf(
  target: Target,
  config: SaidConfig,
): Pick<Target, 'strictHostKeyChecking' | 'knownHostsFiles'> {
  const { strictHostKeyChecking: own, knownHostsFiles } = target;
  // A command line that accepts new keys has spoken, though the inventory has not.
  const isOpen = target.unsaid?.includes('strictHostKeyChecking') === true && own === 'ask';
  const strictness = STRICTNESS[config.first('stricthostkeychecking') ?? ''];
  const isBatch = config.isOn('batchmode') && (strictness ?? own) === 'ask';
  return {
    strictHostKeyChecking: isOpen ? (isBatch ? 'yes' : (strictness ?? own)) : own,
    knownHostsFiles: knownHostsFiles.length > 0 ? knownHostsFiles : knownHostsFilesOf(config),
  };
}

/** Empty where ssh_config leaves both kinds as they are. */
function knownHostsFilesOf(config: SaidConfig): readonly string[] {
  if (!config.has('userknownhostsfile') && !config.has('globalknownhostsfile')) return [];
  const files = ['userknownhostsfile', 'globalknownhostsfile'].flatMap((key) =>
    pathsIn(config.effective(key)),
  );
  return files.filter((path) => path !== '/dev/null' && path !== 'none');
}

function identityFilesOf(
  target: Target,
  config: SaidConfig,
  around: SshConfigSurroundings,
): readonly string[] {
  if (target.identityFiles.length > 0) return target.identityFiles;
  const named = config.all('identityfile').filter((path) => path !== 'none');
  const files = named.map((path) => expandPath(path, target, around));
  // ssh passes over a file that is not there; one of which only the public half is there is the agent's.
  const there = files.filter((path) => around.isThere(path) || around.isThere(`${path}.pub`));
  return there.length > 0 ? there : files;
}

/** ssh_config(5), TOKENS, those of IdentityFile. */
function expandPath(path: string, target: Target, { home, ownUser }: SshConfigSurroundings): string {
  const name = target.settings?.alias ?? target.address;
  const tokens: Readonly<Record<string, string>> = {
    '%%': '%',
    '%d': home,
    '%h': target.address,
    '%k': target.hostKeyAlias ?? target.address,
    '%n': name,
    '%p': String(target.port),
    '%r': target.user,
    '%u': ownUser ?? '',
  };
  const unquoted = path.replace(/^"(.*)"$/, '$1');
  const absolute = unquoted.startsWith('~/') ? `${home}/${unquoted.slice(2)}` : unquoted;
  return absolute.replaceAll(/%./g, (token) => tokens[token] ?? token);
}

function routeOf(
  target: Target,
  config: SaidConfig,
  { ownUser }: SshConfigSurroundings,
): Pick<Target, 'jump' | 'proxyCommand'> {
  const command = config.first('proxycommand');
  if (command !== undefined && command !== 'none') return { proxyCommand: command };
  if (!config.has('proxyjump')) return {};
  const hops = taken(config, 'proxyjump', parseJumpHops);
  if (ownUser === undefined && hops.some((hop) => hop.user === undefined))
    throw new Error('your own login name cannot be used on a jump host: write ProxyJump USER@HOST');
  const jump = jumpTargets(hops, target, ownUser ?? target.user);
  return jump === undefined ? {} : { jump };
}

function warningsOf(target: Target, config: SaidConfig): readonly string[] {
  const isOpen = target.unsaid?.includes('strictHostKeyChecking') === true;
  const isOff = isOpen && /^(no|off|false)$/.test(config.first('stricthostkeychecking') ?? '');
  const files = pathsIn(config.first('userknownhostsfile') ?? '');
  const forgets =
    target.knownHostsFiles.length === 0 && files.some((path) => path === '/dev/null' || path === 'none');
  return [
    ...(isOff
      ? [
          'StrictHostKeyChecking no: unknown host keys are stored and changed ones refused, as with accept-new',
        ]
      : []),
    ...(forgets ? ['UserKnownHostsFile /dev/null: host keys are kept in your own known_hosts'] : []),
  ];
}

const STRICTNESS: Readonly<Record<string, Target['strictHostKeyChecking']>> = {
  yes: 'yes',
  true: 'yes',
  ask: 'ask',
  'accept-new': 'accept-new',
  no: 'accept-new',
  off: 'accept-new',
  false: 'accept-new',
};
