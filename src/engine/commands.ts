import { KonvoyError, refusal } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import type { Check } from '../domain/verdict.ts';
import { holdsAddress } from '../facts/network.ts';
import {
  describeChecks,
  describeCluster,
  describeHistory,
  describeHost,
  describeUnreachable,
} from '../plan/describe.ts';
import { desire } from '../plan/desire.ts';
import type { Reader, Session } from '../transport/transport.ts';
import { carryOut, type ChangeOptions } from './change.ts';
import { connectFleet, reportFailures, type Fleet } from './fleet.ts';
import { proposeApply, proposeDestroy, proposeRollback, type Proposal, type Scope } from './propose.ts';
import { surveyHosts } from './survey.ts';
import { verifyOnce } from './verify.ts';
import type { World } from './world.ts';

/** Which hosts a command may change; all of them unless `--limit` says otherwise. */
export type Limit = ReadonlySet<HostName>;

/** What an operator may decide between a plan and its execution. */
export type Confirm = (proposal: Proposal) => Promise<boolean>;

/** How a changing command goes about it. */
export interface ChangeCommand extends Omit<ChangeOptions, 'again'> {
  readonly confirm: Confirm;
}

/** `plan`: reports what `apply` would do, and returns it. It holds readers only. */
export async function planCommand(world: World, limit: Limit): Promise<Proposal> {
  await using fleet = await connectFleet(world, world.intent.hosts);
  const proposal = proposeApply(world, await scopeOf(world, limit, fleet.sessions, fleet));
  world.report({ type: 'plan', plan: proposal.plan });
  return proposal;
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

/** `rollback --dry-run`: reports what a rollback would do. */
export async function planRollbackCommand(
  world: World,
  limit: Limit,
  to: number | undefined,
): Promise<Proposal> {
  await using fleet = await connectFleet(world, world.intent.hosts);
  const readers: ReadonlyMap<HostName, Reader> = fleet.sessions;
  const proposal = await proposeRollback(world, await scopeOf(world, limit, readers, fleet), { readers, to });
  world.report({ type: 'plan', plan: proposal.plan });
  return proposal;
}

/** `destroy --dry-run`: reports what a destroy would do. */
export async function planDestroyCommand(world: World, limit: Limit, purge: boolean): Promise<Proposal> {
  await using fleet = await connectFleet(world, world.intent.hosts);
  const readers: ReadonlyMap<HostName, Reader> = fleet.sessions;
  const proposal = proposeDestroy(world, await scopeOf(world, limit, readers, fleet), purge);
  world.report({ type: 'plan', plan: proposal.plan });
  return proposal;
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

/** `verify`: reports a verdict, and returns whether it is good. */
export async function verifyCommand(world: World, limit: Limit): Promise<boolean> {
  await using fleet = await connectFleet(world, limitedHosts(world, limit));
  const failure = reportFailures(world, fleet.failures);
  if (failure !== undefined) throw failure;
  const readers: ReadonlyMap<HostName, Reader> = fleet.sessions;
  const verdict = await verifyOnce(world, readers);
  world.report({ type: 'verdict', verdict });
  return verdict.isGood;
}

/** `status`: one line for each host, also for those that do not answer. Returns whether any host has drifted. */
export async function statusCommand(
  world: World,
  limit: Limit,
): Promise<{ readonly drifted: boolean; readonly failure: KonvoyError | undefined }> {
  await using fleet = await connectFleet(world, limitedHosts(world, limit));
  const readers: ReadonlyMap<HostName, Reader> = fleet.sessions;
  const survey = await surveyHosts(world, readers);
  const failures = new Map([...fleet.failures, ...survey.failures]);
  const hosts = limitedHosts(world, limit).map(({ name }) => {
    const snapshot = survey.snapshots.find(({ intent }) => intent.name === name);
    if (snapshot !== undefined) return describeHost(snapshot, world.endpoint);
    const error = failures.get(name);
    return describeUnreachable(name, error instanceof Error ? error.message : 'it could not be asked');
  });
  world.report({ type: 'status', status: describeCluster(hosts, world.endpoint) });
  return { drifted: hosts.some((host) => host.drift.length > 0), failure: reportFailures(world, failures) };
}

/** `history`: the generations on the hosts. */
export async function historyCommand(world: World, limit: Limit): Promise<void> {
  await using fleet = await connectFleet(world, limitedHosts(world, limit));
  const survey = await surveyHosts(world, fleet.sessions);
  world.report({ type: 'history', entries: describeHistory(survey.snapshots) });
  const failure = reportFailures(world, new Map([...fleet.failures, ...survey.failures]));
  if (failure !== undefined) throw failure;
}

/** `check`: everything that would stop an apply, found without changing anything. */
export async function checkCommand(world: World, limit: Limit): Promise<void> {
  await using fleet = await connectFleet(world, limitedHosts(world, limit));
  const survey = await surveyHosts(world, fleet.sessions);
  const { endpoint } = world;
  const desired = desire(world.intent, endpoint, {
    snapshots: survey.snapshots,
    absent: [],
    renderer: world.renderer,
  });
  const checks = survey.snapshots.flatMap((snapshot) => describeChecks(snapshot, endpoint));
  world.report({
    type: 'checks',
    checks: [
      ...checks,
      ...(desired.ok
        ? [
            vipCheck(
              world,
              survey.snapshots.some(({ facts }) => holdsAddress(facts.network, endpoint.vip)),
            ),
          ]
        : []),
    ],
  });
  const failure = reportFailures(world, new Map([...fleet.failures, ...survey.failures]));
  if (!desired.ok) throw refusal(desired.error);
  if (failure !== undefined) throw failure;
}

function vipCheck({ endpoint }: World, held: boolean): Check {
  const evidence = held
    ? `${endpoint.vip} is on one of these hosts`
    : `${endpoint.vip} is free: nobody answers for it`;
  return { name: 'vip-free', status: 'pass', evidence };
}

async function changeWith(
  world: World,
  limit: Limit,
  command: ChangeCommand,
  propose: (scope: Scope, readers: ReadonlyMap<HostName, Reader>) => Promise<Proposal>,
): Promise<void> {
  await using fleet = await connectFleet(world, world.intent.hosts);
  const again = async (): Promise<Proposal> =>
    propose(await scopeOf(world, limit, fleet.sessions, fleet), fleet.sessions);
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

/** Hosts that are to be changed and cannot be reached stop the run before anything changes; the others are left out. */
async function scopeOf(
  world: World,
  limit: Limit,
  readers: ReadonlyMap<HostName, Reader>,
  fleet: Fleet,
): Promise<Scope> {
  const survey = await surveyHosts(world, readers);
  const failures = new Map([...fleet.failures, ...survey.failures]);
  reportFailures(world, failures);
  const stopping = [...failures].filter(([host]) => limit.has(host));
  const [first] = stopping.map(([, error]) => error);
  if (first instanceof KonvoyError) {
    throw new KonvoyError(
      `${stopping.map(([host]) => host).join(', ')} cannot be used: nothing was changed on any host`,
      {
        code: first.code,
        hints: ['to go on without them, name the others: --limit'],
        cause: first,
      },
    );
  }
  const absent = world.intent.hosts.filter(({ name }) => failures.has(name));
  return { limited: limit, snapshots: survey.snapshots, absent };
}

function limitedHosts(world: World, limit: Limit): World['intent']['hosts'] {
  return world.intent.hosts.filter((host) => limit.has(host.name));
}

function reportNothingToDo(world: World, { plan }: Proposal): void {
  for (const { host } of plan.hosts)
    world.report({ type: 'host-finished', host, state: 'unchanged', detail: '' });
}
