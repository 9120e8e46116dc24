import { KonvoyError } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import type { Plan } from '../domain/plan.ts';
import { endpointAfter } from '../plan/in-force.ts';
import { isSamePlan } from '../plan/same.ts';
import type { Reader, Session } from '../transport/transport.ts';
import { reasonOf, reportEnds, reportSuccess, reportWatch, type Finish } from './account.ts';
import { armAll, confirmAll } from './confirm.ts';
import { DeadMen } from './dead-men.ts';
import { endDrains } from './drain.ts';
import { executePlan, removePackages, type Execution } from './execute.ts';
import { forEachHost } from './hosts.ts';
import { lockHosts, type BreakLock } from './lock.ts';
import type { Proposal } from './propose.ts';
import { forget, keptPackages, record } from './record.ts';
import { removeCandidates } from './steps.ts';
import { undo } from './undo.ts';
import { prove } from './prove.ts';
import { watchVip } from './watch-vip.ts';
import { undisturbed, type World } from './world.ts';

/** How a plan is carried out. */
export interface ChangeOptions {
  readonly verify: boolean;
  /** Leaves a failed change in place, to be looked at. */
  readonly keepOnFailure: boolean;
  /** Given with `--break-lock`. */
  readonly breakLock?: BreakLock;
  /** Seconds without a sign of this run after which a host undoes it by itself; undefined: it never does. */
  readonly confirmTimeoutS: number | undefined;
  /** Looks at the hosts again, under the lock and whatever interrupts come, and proposes again. */
  readonly again: () => Promise<Proposal>;
}

/**
 * Carries a plan out: lock, look again, execute, verify, record. On any failure every touched host goes back to what
 * it was. Reports one `host-finished` for each host and throws what ended the run.
 */
export async function carryOut(
  before: World,
  proposal: Proposal,
  run: { readonly sessions: ReadonlyMap<HostName, Session>; readonly options: ChangeOptions },
): Promise<void> {
  const world = afterwards(before, proposal);
  const startedAt = world.clock.now();
  const touched = new Set<HostName>();
  const activated = new Set<HostName>();
  // Without arming anything until the plan is looked at again under the lock.
  let deadMen = new DeadMen(world, proposal, undefined);
  let sessions = pick(run.sessions, proposal);
  // A destroy takes the VIP away on purpose: nobody is served by counting that.
  const watch = runsAfter(proposal.plan) ? watchVip(world) : undefined;
  try {
    // The second look is what is carried out: the changes are the same, but the VIP may have moved in between.
    const locked = await lockAndLookAgain(world, proposal, run);
    const watched = new DeadMen(world, locked, run.options.confirmTimeoutS);
    deadMen = watched;
    sessions = new Map([...sessions].map(([host, session]) => [host, watched.guard(session)]));
    const finish = await execute(world, locked, {
      sessions,
      touched,
      activated,
      deadMen,
      ...run.options,
      witnesses: run.sessions,
    });
    await reportWatch(world, watch);
    reportSuccess(world, proposal, { startedAt, ...finish });
  } catch (error) {
    if (error instanceof KonvoyError && error.code === 'not-finished') {
      reportEnds(world, proposal, (host) => ['changed', host === error.host ? error.message : '']);
      throw error;
    }
    const how = { error, keep: run.options.keepOnFailure };
    // It throws when an undo fails, and the watch would go on for ever.
    await handleFailure(world, { proposal, touched, activated, sessions, deadMen }, how).finally(() =>
      reportWatch(world, watch),
    );
    throw how.keep ? error : afterUndo(error);
  }
}

/** A change that was undone ends as the failure of a host does: exit 4 would mean that it is still there. */
function afterUndo(error: unknown): unknown {
  if (!(error instanceof KonvoyError) || error.code !== 'verification-failed') return error;
  return new KonvoyError(error.message, { code: 'step-failed', hints: error.hints, cause: error });
}

/** The world as this plan leaves it. */
function afterwards(world: World, { plan, records }: Proposal): World {
  const [router] = records.values();
  return { ...world, endpoint: endpointAfter(world.endpoint, plan, router?.port) };
}

/**
 * What fails when a destroy is confirmed is not undone: it takes away what an undo would go by, and other hosts have none of
 * it any more. It can be done again.
 */
function notFinished(error: unknown): unknown {
  if (!(error instanceof KonvoyError)) return error;
  return new KonvoyError(`everything is taken off the hosts, but for what was to go last: ${error.message}`, {
    code: 'not-finished',
    ...(error.host === undefined ? {} : { host: error.host }),
    hints: [...error.hints, 'do it again: konvoy-ha destroy'],
    cause: error,
  });
}

async function lockAndLookAgain(
  world: World,
  proposal: Proposal,
  how: { readonly sessions: ReadonlyMap<HostName, Session>; readonly options: ChangeOptions },
): Promise<Proposal> {
  const { breakLock } = how.options;
  world.report({ type: 'run-step', step: 'locking' });
  await lockHosts(world, how.sessions, {
    command: proposal.plan.command,
    ...(breakLock === undefined ? {} : { breakLock }),
  });
  const again = await how.options.again();
  world.signal.throwIfAborted();
  if (isSamePlan(again.plan, proposal.plan)) return again;
  throw new KonvoyError('the hosts have changed since the plan was made; nothing was changed', {
    code: 'step-failed',
    hints: ['look at the new plan: konvoy-ha plan'],
  });
}

async function execute(
  world: World,
  proposal: Proposal,
  run: {
    readonly sessions: ReadonlyMap<HostName, Session>;
    readonly touched: Set<HostName>;
    readonly activated: Set<HostName>;
    readonly deadMen: DeadMen;
    readonly verify: boolean;
    /** All hosts that can be asked, also those that the plan leaves alone: the owner may be one of them. */
    readonly witnesses: ReadonlyMap<HostName, Reader>;
  },
): Promise<Finish> {
  const { plan } = proposal;
  const snapshots = new Map(proposal.snapshots.map((snapshot) => [snapshot.intent.name, snapshot]));
  const onTouch = (host: HostName): void => void run.touched.add(host);
  const { sessions, deadMen } = run;
  await armAll(world, { sessions, deadMen, onTouch });
  const onActivate = (host: HostName): void => void run.activated.add(host);
  const execution: Execution = { world, plan, snapshots, sessions, deadMen, onTouch, onActivate };
  await executePlan(execution);
  if (plan.command === 'destroy') {
    // Before what cannot be brought back on the host itself.
    await confirmAll(world, proposal, deadMen);
    try {
      await removePackages({ ...execution, world: undisturbed(world) });
      await endDrains(proposal, sessions);
      return { kept: [...keptPackages(proposal), ...(await forget(world, sessions))] };
    } catch (error) {
      throw notFinished(error);
    }
  }
  await deadMen.renew(sessions, 'steady');
  const verdict = run.verify && runsAfter(plan) ? await prove(world, plan, run) : undefined;
  const generation = await record(world, proposal, sessions);
  await confirmAll(world, proposal, deadMen);
  if (!runsAfter(plan)) await endDrains(proposal, sessions);
  return { generation, kept: [], ...(verdict === undefined ? {} : { verdict }) };
}

/** After a rollback to 0 nothing runs, and there is no VIP to ask. */
function runsAfter(plan: Plan): boolean {
  return plan.hosts.some(({ changes }) =>
    changes.some((change) => change.wanted?.kind === 'service' && change.wanted.running),
  );
}

interface Failed {
  readonly proposal: Proposal;
  readonly touched: ReadonlySet<HostName>;
  readonly activated: ReadonlySet<HostName>;
  readonly sessions: ReadonlyMap<HostName, Session>;
  readonly deadMen: DeadMen;
}

async function handleFailure(
  world: World,
  failed: Failed,
  how: { readonly error: unknown; readonly keep: boolean },
): Promise<void> {
  const { proposal, touched, sessions, deadMen } = failed;
  if (how.keep) {
    const left = await forEachHost([...touched], world.forks, async (host) => {
      const session = sessions.get(host);
      if (session === undefined) return;
      await session.mutate([removeCandidates(proposal.plan, host)]);
      await deadMen.release(session);
    });
    reportEnds(world, proposal, (host) => {
      const outcome = left.find((candidate) => candidate.host === host);
      if (outcome?.status === 'failed')
        return ['unknown', `${reasonOf(outcome.error)}${deadMen.fateOf(host)}`];
      return touched.has(host) ? ['changed', 'left as it is, as asked'] : ['unchanged', 'not touched'];
    });
    return;
  }
  if (touched.size > 0) world.report({ type: 'undo-started', because: reasonOf(how.error) });
  const { failures, byThemselves } = await undo(world, failed);
  reportEnds(world, proposal, (host) => {
    const failure = failures.get(host);
    if (failure !== undefined) return ['undo-failed', `${reasonOf(failure)}${deadMen.fateOf(host)}`];
    if (byThemselves.has(host)) return ['undone', 'by its own dead-man, as it was before'];
    return touched.has(host) ? ['undone', 'as it was before'] : ['unchanged', 'not touched'];
  });
  if (failures.size === 0) return;
  const names = [...failures.keys()].join(', ');
  throw new KonvoyError(`${reasonOf(how.error)}; ${names} could not be brought back to what it was`, {
    code: 'undo-failed',
    hints: [
      'what was overwritten is kept on the host: konvoy-ha status shows how it differs, konvoy-ha apply or rollback mends it',
    ],
    cause: how.error,
  });
}

function pick(sessions: ReadonlyMap<HostName, Session>, proposal: Proposal): ReadonlyMap<HostName, Session> {
  return new Map([...sessions].filter(([host]) => proposal.plan.hosts.some((plan) => plan.host === host)));
}
