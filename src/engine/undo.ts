import type { ArmedRun } from '../domain/dead-man.ts';
import { KonvoyError } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import type { Plan } from '../domain/plan.ts';
import { assemblePlan, wantedAsObserved, type PlanHost } from '../plan/assemble.ts';
import { endpointAfter } from '../plan/in-force.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { Session } from '../transport/transport.ts';
import type { DeadMen } from './dead-men.ts';
import { executePlan } from './execute.ts';
import { gatherHost } from './gather.ts';
import { withdrawGeneration } from './generations.ts';
import { forEachHost } from './hosts.ts';
import { lockAgain } from './lock.ts';
import { nextNumber, type Proposal } from './propose.ts';
import { waitForQuiet } from './settle.ts';
import { stepFailure } from './step-failure.ts';
import { leftoverRemoval } from './steps.ts';
import { undisturbed, type World } from './world.ts';

/** What there is to undo. */
export interface Undoing {
  readonly proposal: Proposal;
  readonly touched: ReadonlySet<HostName>;
  readonly sessions: ReadonlyMap<HostName, Session>;
  readonly deadMen: DeadMen;
  /** The hosts of which a service was told of the change. */
  readonly activated: ReadonlySet<HostName>;
}

/** What became of the hosts. */
export interface Undone {
  /** The hosts that could not be brought back, with the reason. */
  readonly failures: ReadonlyMap<HostName, unknown>;
  /** The hosts whose own dead-man has brought them back. */
  readonly byThemselves: ReadonlySet<HostName>;
}

/**
 * Brings every touched host back to what it was when it was first observed: the difference between then and now,
 * executed like any other. A host whose connection was lost is connected again, and one whose dead-man has fired is left
 * to it. It does not throw for a host.
 */
export async function undo(interrupted: World, undoing: Undoing): Promise<Undone> {
  // An interrupted run still undoes: its signal has fired already and must not stop this.
  const world = undisturbed(interrupted);
  const back: Back = {
    undoing,
    now: new Map(),
    sessions: new Map(),
    reconnected: [],
    failures: new Map(),
    byThemselves: new Set(),
  };
  // An undo takes longer than the step that has failed. Whoever does not hear of it undoes the run by itself.
  await undoing.deadMen.renew(undoing.sessions, 'steady').catch(() => undefined);
  await lookAt(world, back, [...undoing.touched]);
  await bringBack(world, back);
  await lookAt(
    world,
    back,
    [...back.failures].filter(isForItsDeadMan).map(([host]) => host),
  );
  const able = [...back.now.keys()].filter((host) => !back.byThemselves.has(host));
  const tidied = await forEachHost(able, world.forks, async (host) => tidyUp(world, back, host));
  for (const outcome of tidied)
    if (outcome.status === 'failed' && !back.failures.has(outcome.host))
      back.failures.set(outcome.host, outcome.error);
  for (const session of back.reconnected) await session[Symbol.asyncDispose]();
  return back;
}

/** The hosts that can be asked, as they are now, and what became of the others. */
interface Back extends Undone {
  readonly undoing: Undoing;
  readonly now: Map<HostName, HostSnapshot>;
  readonly sessions: Map<HostName, Session>;
  readonly reconnected: Session[];
  readonly failures: Map<HostName, unknown>;
  readonly byThemselves: Set<HostName>;
}

/** A host that could not be changed because its dead-man had fired, or has ended our shell to do so. */
function isForItsDeadMan([, error]: readonly [HostName, unknown]): boolean {
  return (
    error instanceof KonvoyError && (error.code === 'dead-man-fired' || error.code === 'connection-lost')
  );
}

async function lookAt(world: World, back: Back, hosts: readonly HostName[]): Promise<void> {
  const { deadMen, proposal } = back.undoing;
  const outcomes = await forEachHost(hosts, world.forks, async (host) => {
    const known = back.sessions.get(host) ?? back.undoing.sessions.get(host);
    const look = await lookAgain(world, snapshotOf(proposal, host), known);
    if (look.isNew) back.reconnected.push(look.session);
    const session = look.isNew ? deadMen.guard(look.session) : look.session;
    return { session, snapshot: await afterItsDeadMan(world, session, look.snapshot) };
  });
  for (const outcome of outcomes) {
    if (outcome.status === 'failed') {
      back.failures.set(outcome.host, outcome.error);
      continue;
    }
    const { snapshot, session } = outcome.value;
    back.now.set(outcome.host, snapshot);
    back.sessions.set(outcome.host, session);
    if (!deadMen.hasFired(outcome.host, snapshot.deadMan)) continue;
    back.byThemselves.add(outcome.host);
    back.failures.delete(outcome.host);
  }
}

/** Waits for a dead-man that is at work. */
async function afterItsDeadMan(world: World, session: Session, seen: HostSnapshot): Promise<HostSnapshot> {
  const deadline = world.clock.now() + DEAD_MAN_MS;
  let snapshot = seen;
  while (snapshot.deadMan?.armed.some((run) => isAtWork(run, world.runId)) === true) {
    if (world.clock.now() >= deadline)
      throw new KonvoyError(`${session.host}: its dead-man is still at work after ${DEAD_MAN_MS / 1000} s`, {
        code: 'dead-man-fired',
        host: session.host,
      });
    await world.clock.sleep(PAUSE_MS);
    snapshot = await gatherHost(world, session, seen.intent);
  }
  return snapshot;
}

function isAtWork(run: ArmedRun, runId: string): boolean {
  return run.runId === runId && run.state === 'undoing' && run.failure === undefined;
}

/** Takes away what a step that did not come to its end left beside the files themselves, and the dead-man. */
async function tidyUp(world: World, { undoing, sessions, failures }: Back, host: HostName): Promise<void> {
  const session = sessions.get(host);
  const plan = undoing.proposal.plan.hosts.find((entry) => entry.host === host);
  if (session === undefined || plan === undefined) return;
  const results = await session.mutate([
    leftoverRemoval(plan),
    withdrawGeneration(world.intent.cluster, nextNumber(undoing.proposal)),
  ]);
  const last = results.at(-1);
  if (last?.exitCode !== 0) throw stepFailure(host, 'taking back what this run had begun', last);
  // A host that could not be brought back is left to its dead-man.
  if (!failures.has(host)) await undoing.deadMen.standDown(session);
}

async function bringBack(world: World, back: Back): Promise<void> {
  let plan = planBack(world, back);
  const then = { ...world, endpoint: endpointAfter(world.endpoint, plan, undefined) };
  if (plan.activation.waves.length > 0) {
    await waitForQuiet(then, back.sessions);
    await lookOnceMore(world, back);
    plan = planBack(world, back);
  }
  await executePlan({
    world: then,
    plan,
    snapshots: back.now,
    sessions: back.sessions,
    deadMen: back.undoing.deadMen,
    onTouch: () => undefined,
    onActivate: () => undefined,
    undoFailures: back.failures,
  });
}

function planBack(world: World, { undoing, now, byThemselves }: Back): Plan {
  const { vip, settings } = world.endpoint;
  const hosts = [...now.values()].map((snapshot): PlanHost => {
    const before = snapshotOf(undoing.proposal, snapshot.intent.name);
    return {
      snapshot,
      wanted: wantedAsObserved((byThemselves.has(before.intent.name) ? snapshot : before).observed),
      priority: before.recorded.latest?.virtualRouter.priority ?? 0,
      runsOn: !undoing.activated.has(before.intent.name),
    };
  });
  // Hosts that were not touched run on as they did: what goes back joins them.
  const untouched = undoing.proposal.snapshots
    .filter(({ intent }) => !undoing.touched.has(intent.name))
    .map((snapshot): PlanHost => ({
      snapshot,
      wanted: wantedAsObserved(snapshot.observed),
      priority: snapshot.recorded.latest?.virtualRouter.priority ?? 0,
    }));
  const frame = {
    command: 'rollback' as const,
    headline: 'undo',
    vip,
    advertIntervalMs: settings.advertIntervalMs,
    leftOut: untouched,
  };
  return assemblePlan(frame, hosts);
}

async function lookOnceMore(world: World, { now, sessions, failures }: Back): Promise<void> {
  const outcomes = await forEachHost([...now.keys()], world.forks, async (host) => {
    const [session, earlier] = [sessions.get(host), now.get(host)];
    if (session === undefined || earlier === undefined) return;
    now.set(host, await gatherHost(world, session, earlier.intent));
  });
  for (const outcome of outcomes) if (outcome.status === 'failed') failures.set(outcome.host, outcome.error);
}

async function lookAgain(
  world: World,
  before: HostSnapshot,
  session: Session | undefined,
): Promise<{ readonly snapshot: HostSnapshot; readonly session: Session; readonly isNew: boolean }> {
  if (session !== undefined) {
    try {
      return { snapshot: await gatherHost(world, session, before.intent), session, isNew: false };
    } catch (error) {
      if (!(error instanceof KonvoyError) || error.code !== 'connection-lost') throw error;
    }
  }
  const again = await world.transport.connect(before.intent.target, world.signal);
  try {
    // A run that has cut this one off works on the host now: two would change it at once.
    await lockAgain(world, again, 'undo');
    const snapshot = await gatherHost(world, again, before.intent);
    refuseOvertaken(world, before, snapshot);
    return { snapshot, session: again, isNew: true };
  } catch (error) {
    await again[Symbol.asyncDispose]();
    throw error;
  }
}

/** Throws when another run has come to its end on a host since this one lost it: going back would undo that one. */
export function refuseOvertaken(world: World, before: HostSnapshot, now: HostSnapshot): void {
  const known = new Set([world.runId, ...before.recorded.heads.map((head) => head.runId)]);
  const newer = now.recorded.heads.findLast((head) => !known.has(head.runId));
  if (newer === undefined) return;
  const { name } = now.intent;
  throw new KonvoyError(
    `${name} is as another run has left it since: generation ${newer.number}, ${newer.command} by ${newer.by}`,
    { code: 'step-failed', host: name, hints: ['see konvoy-ha history'] },
  );
}

function snapshotOf(proposal: Proposal, host: HostName): HostSnapshot {
  const snapshot = proposal.snapshots.find(({ intent }) => intent.name === host);
  if (snapshot === undefined) throw new Error(`no snapshot of ${host}`);
  return snapshot;
}

/** A dead-man has to wait for what is at work on its host; that is seconds, unless a package is being installed. */
const DEAD_MAN_MS = 60_000;
const PAUSE_MS = 500;
