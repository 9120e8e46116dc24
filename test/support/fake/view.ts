import { PATHS } from '../../../src/backends/keepalived/layout.ts';
import type { FakeMachine } from './machine.ts';

/** What a machine is like, as far as a run may change it: a text, to be compared. */
export interface View {
  readonly text: string;
}

/** Everything but what is konvoy-ha's own to remember, what is gone after a reboot, and packages, which stay. */
export function viewOf(machine: FakeMachine): View {
  const lines = machine.tree.all().flatMap(([path, entry]) => {
    if (isShared(path) || isOwn(path) || path.endsWith('/somebody-elses')) return [];
    const content = entry.kind === 'file' ? Buffer.from(entry.content).toString('latin1') : '';
    return [`${path} ${entry.kind} ${entry.mode.toString(8)} ${entry.owner}:${entry.group} ${content}`];
  });
  const service = `keepalived ${machine.enabled ? 'enabled' : 'disabled'} ${machine.running ? 'runs' : 'is stopped'}`;
  return { text: [...lines, ...machine.users, service].join('\n') };
}

/** The files that are nobody's but somebody else's. */
export function foreignOf(machine: FakeMachine): ReadonlyMap<string, string> {
  return new Map(
    machine.tree
      .all()
      .filter(
        ([path, { kind }]) => kind === 'file' && !isOwn(path) && !/konvoy-ha|keepalived\.conf/.test(path),
      )
      .map(([path]) => [path, machine.tree.text(path) ?? '']),
  );
}

/** Directories that stay while others have something in them. */
function isShared(path: string): boolean {
  return path === '/etc/keepalived' || path === PATHS.scripts;
}

function isOwn(path: string): boolean {
  return /^\/(run|var\/lib)\b|\/konvoy-ha-dead-man\.service$|\.wants$/.test(path);
}
