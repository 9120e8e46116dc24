import { parseUserName } from '../domain/names.ts';
import type { Target, UnsaidField } from '../domain/target.ts';
import type { SshArguments } from './ssh-arguments.ts';
import type { JumpHop } from './ssh-option-values.ts';
import type { Problems } from './text/problems.ts';

/** The way to a host that its ssh arguments name; nothing where they name none. */
export function routeFields(
  target: Target,
  { route }: SshArguments,
  ownUser: string,
  problems: Problems,
): Pick<Target, 'jump' | 'proxyCommand'> {
  if (route === undefined || target.connection === 'local') return {};
  if (route.kind === 'command') return { proxyCommand: route.command };
  // The arguments of a group are in force on its bastions, too: the way to one ends before itself.
  const self = route.hops.findIndex((hop) => isSamePlace(target, hop));
  const hops = self === -1 ? route.hops : route.hops.slice(0, self);
  const own = parseUserName(ownUser);
  if (!own.ok && hops.some((hop) => hop.user === undefined)) {
    problems.error(
      `your own login name cannot be used on a jump host: ${own.error}`,
      undefined,
      'write -J USER@HOST',
    );
    return {};
  }
  const jump = hops.reduce<Target | undefined>(
    (before, hop) => jumpTarget(hop, target, own.ok ? own.value : target.user, before),
    undefined,
  );
  return jump === undefined ? {} : { jump };
}

/** As in ssh, nothing that is said of the host itself holds for the hosts on the way, but the configuration file. */
function jumpTarget(
  hop: JumpHop,
  target: Target,
  ownUser: Target['user'],
  before: Target | undefined,
): Target {
  const { configFile } = target.settings ?? {};
  const unsaid: readonly UnsaidField[] = [
    ...(hop.user === undefined ? (['user'] as const) : []),
    ...(hop.port === undefined ? (['port'] as const) : []),
    'strictHostKeyChecking',
    'forwardAgent',
    ...(before === undefined ? (['route'] as const) : []),
  ];
  return {
    host: hop.host,
    connection: 'ssh',
    client: target.client,
    address: hop.address,
    port: hop.port ?? 22,
    user: hop.user ?? ownUser,
    identityFiles: [],
    become: { method: 'sudo' },
    knownHostsFiles: [],
    strictHostKeyChecking: 'ask',
    forwardAgent: false,
    ...(configFile !== undefined && { settings: { configFile } }),
    ...(before !== undefined && { jump: before }),
    unsaid,
  };
}

function isSamePlace(target: Target, hop: JumpHop): boolean {
  return target.address === hop.address && target.port === (hop.port ?? 22);
}
