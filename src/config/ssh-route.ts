import { parseUserName } from '../domain/names.ts';
import { jumpTargets, type JumpHop } from '../domain/jump-hops.ts';
import type { Target } from '../domain/target.ts';
import type { SshArguments } from './ssh-arguments.ts';
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
  const jump = jumpTargets(hops, target, own.ok ? own.value : target.user);
  return jump === undefined ? {} : { jump };
}

function isSamePlace(target: Target, hop: JumpHop): boolean {
  return target.address === hop.address && target.port === (hop.port ?? 22);
}
