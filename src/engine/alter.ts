import type { HostName } from '../domain/names.ts';
import type { Reader, Session } from '../transport/transport.ts';
import { carryOut, type ChangeOptions } from './change.ts';
import { connectFleet } from './fleet.ts';
import { proposeApply, proposeDestroy, proposeRollback, type Proposal, type Scope } from './propose.ts';
import { scopeOf, type Limit } from './scope.ts';
import type { World } from './world.ts';

/** What an operator may decide between a plan and its execution. */
export type Confirm = (proposal: Proposal) => Promise<boolean>;

/** How a changing command goes about it. */
export interface ChangeCommand extends Omit<ChangeOptions, 'again'> {
  readonly confirm: Confirm;
}

/** `apply`: what the plan says, then proof that the VIP answers. */
export async function applyCommand(world: World, limit: Limit, command: ChangeCommand): Promise<void> {
  await changeWith(world, limit, command, async (scope) => Promise.resolve(proposeApply(world, scope)));
}

/** `rollback`: back to generation `to`, or to the one before the latest. */
export async function rollbackCommand(
  world: World,
  limit: Limit,
  command: ChangeCommand & { readonly to: number | undefined },
): Promise<void> {
  await changeWith(world, limit, command, async (scope, readers) =>
    proposeRollback(world, scope, { readers, to: command.to }),
  );
}

/** `destroy`: takes everything of ours off the hosts. */
export async function destroyCommand(
  world: World,
  limit: Limit,
  command: ChangeCommand & { readonly purge: boolean },
): Promise<void> {
  await changeWith(world, limit, command, async (scope) =>
    Promise.resolve(proposeDestroy(world, scope, command.purge)),
  );
}

async function changeWith(
  world: World,
  limit: Limit,
  command: ChangeCommand,
  propose: (scope: Scope, readers: ReadonlyMap<HostName, Reader>) => Promise<Proposal>,
): Promise<void> {
  await using fleet = await connectFleet(world, world.intent.hosts);
  const reached = { readers: fleet.sessions, failures: fleet.failures };
  const again = async (): Promise<Proposal> => propose(await scopeOf(world, limit, reached), fleet.sessions);
  const proposal = await again();
  world.report({ type: 'plan', plan: proposal.plan });
  const nothingRecorded = proposal.snapshots.every(({ recorded }) => recorded.latest === undefined);
  // A destroy with nothing to change still has generations to forget.
  if (proposal.plan.isEmpty && (proposal.plan.command !== 'destroy' || nothingRecorded)) {
    reportNothingToDo(world, proposal);
    return;
  }
  if (!(await command.confirm(proposal))) return;
  world.signal.throwIfAborted();
  const sessions: ReadonlyMap<HostName, Session> = fleet.sessions;
  await carryOut(world, proposal, {
    sessions,
    options: { verify: command.verify, keepOnFailure: command.keepOnFailure, again },
  });
}

function reportNothingToDo(world: World, { plan }: Proposal): void {
  for (const { host } of plan.hosts)
    world.report({ type: 'host-finished', host, state: 'unchanged', detail: '' });
}
