import { newestOf } from '../domain/generation.ts';
import type { HostName } from '../domain/names.ts';
import type { SavedPlan } from '../domain/saved-plan.ts';
import type { Reader, Session } from '../transport/transport.ts';
import { carryOut, type ChangeOptions } from './change.ts';
import { connectFleet } from './fleet.ts';
import { proposeApply, proposeDestroy, proposeRollback, type Proposal, type Scope } from './propose.ts';
import { refuseStale } from './saved-plan.ts';
import { limitedHosts, scopeOf, type Limit } from './scope.ts';
import { undisturbed, type View, type World } from './world.ts';

/** What an operator may decide between a plan and its execution. */
export type Confirm = (proposal: Proposal) => Promise<boolean>;

/** How a changing command goes about it. */
export interface ChangeCommand extends Omit<ChangeOptions, 'again'> {
  readonly confirm: Confirm;
}

/**
 * `apply`: what the plan says, then proof that the VIP answers. What is carried out is always made of the input and the
 * hosts, before and under the lock; a saved plan has to be the same, or the run ends before anything is changed.
 */
export async function applyCommand(
  world: World,
  limit: Limit,
  command: ChangeCommand & { readonly saved?: SavedPlan },
): Promise<void> {
  await changeWith(world, limit, command, async (view, scope) => {
    const proposal = proposeApply(view, scope);
    if (command.saved !== undefined) refuseStale(view, command.saved, proposal);
    return Promise.resolve(proposal);
  });
}

/** `rollback`: back to generation `to`, or to the one before the latest. */
export async function rollbackCommand(
  world: World,
  limit: Limit,
  command: ChangeCommand & { readonly to: number | undefined },
): Promise<void> {
  await changeWith(world, limit, command, async (view, scope, readers) =>
    proposeRollback(view, scope, { readers, to: command.to }),
  );
}

/** `destroy`: takes everything of ours off the hosts. */
export async function destroyCommand(
  world: World,
  limit: Limit,
  command: ChangeCommand & { readonly purge: boolean },
): Promise<void> {
  await changeWith(world, limit, command, async (view, scope) =>
    Promise.resolve(proposeDestroy(view, scope, command.purge)),
  );
}

async function changeWith(
  world: World,
  limit: Limit,
  command: ChangeCommand,
  propose: (view: View, scope: Scope, readers: ReadonlyMap<HostName, Reader>) => Promise<Proposal>,
): Promise<void> {
  await using fleet = await connectFleet(world, world.intent.hosts);
  const reached = { readers: fleet.sessions, failures: fleet.failures };
  const look = async (view: View): Promise<Proposal> =>
    propose(view, await scopeOf(view, limit, reached), fleet.sessions);
  const proposal = await look(world).catch((error: unknown) => {
    if (world.signal.aborted) reportUnchanged(world, limit);
    throw error;
  });
  world.report({ type: 'plan', plan: proposal.plan });
  if (proposal.plan.isEmpty && !mustRecord(proposal)) {
    reportUnchanged(world, limit);
    return;
  }
  if (!(await command.confirm(proposal))) return;
  if (world.signal.aborted) reportUnchanged(world, limit);
  world.signal.throwIfAborted();
  const sessions: ReadonlyMap<HostName, Session> = fleet.sessions;
  await carryOut(world, proposal, {
    sessions,
    options: {
      ...command,
      again: async () => look(undisturbed(world)),
    },
  });
}

/** What was not recorded because a run was killed has to be, and a destroy has generations to forget. */
function mustRecord({ plan, snapshots }: Proposal): boolean {
  if (plan.command === 'destroy') return snapshots.some(({ recorded }) => newestOf(recorded) > 0);
  return plan.recordsBecause !== undefined;
}

function reportUnchanged(world: World, limit: Limit): void {
  for (const { name } of limitedHosts(world, limit))
    world.report({ type: 'host-finished', host: name, state: 'unchanged', detail: '' });
}
