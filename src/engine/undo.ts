import { KonvoyError } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import type { Plan } from '../domain/plan.ts';
import { assemblePlan, wantedAsObserved, type PlanHost } from '../plan/assemble.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { Session } from '../transport/transport.ts';
import { executePlan, stepFailure } from './execute.ts';
import { gatherHost } from './gather.ts';
import { withdrawGeneration } from './generations.ts';
import { forEachHost } from './hosts.ts';
import { lockAgain } from './lock.ts';
import { removeCandidates } from './steps.ts';
import type { Proposal } from './propose.ts';
import { nextNumber } from './record.ts';
import { waitForQuiet } from './settle.ts';
import { undisturbed, type World } from './world.ts';

/** What there is to undo. */
export interface Undoing {
  readonly proposal: Proposal;
  readonly touched: ReadonlySet<HostName>;
  readonly sessions: ReadonlyMap<HostName, Session>;
}

/**
 * Brings every touched host back to what it was when it was first observed: the difference between then and now,
 * executed like any other. A host whose connection was lost is connected again. Returns the hosts that could not be
 * brought back, with the reason; it does not throw for a host.
 */
export async function undo(interrupted: World, undoing: Undoing): Promise<ReadonlyMap<HostName, unknown>> {
  // An interrupted run still undoes: its signal has fired already and must not stop this.
  const world = undisturbed(interrupted);
  const failures = new Map<HostName, unknown>();
  const now = new Map<HostName, HostSnapshot>();
  const sessions = new Map<HostName, Session>();
  const reconnected: Session[] = [];
  const outcomes = await forEachHost([...undoing.touched], world.forks, async (host) => {
    const before = snapshotOf(undoing.proposal, host);
    const look = await lookAgain(world, before, undoing.sessions.get(host));
    if (look.isNew) reconnected.push(look.session);
    return look;
  });
  for (const outcome of outcomes) {
    if (outcome.status === 'failed') failures.set(outcome.host, outcome.error);
    else {
      now.set(outcome.host, outcome.value.snapshot);
      sessions.set(outcome.host, outcome.value.session);
    }
  }
  await bringBack(world, { undoing, now, sessions, failures });
  const tidied = await forEachHost([...now.keys()], world.forks, async (host) =>
    tidyUp(world, undoing.proposal, sessions.get(host)),
  );
  for (const outcome of tidied)
    if (outcome.status === 'failed' && !failures.has(outcome.host)) failures.set(outcome.host, outcome.error);
  for (const session of reconnected) await session[Symbol.asyncDispose]();
  return failures;
}

/** Takes away what a step that did not come to its end left beside the files themselves. */
async function tidyUp(world: World, proposal: Proposal, session: Session | undefined): Promise<void> {
  if (session === undefined) return;
  const results = await session.mutate([
    removeCandidates(proposal.plan, session.host),
    withdrawGeneration(world.intent.cluster, nextNumber(proposal)),
  ]);
  const last = results.at(-1);
  if (last?.exitCode !== 0) throw stepFailure(session.host, 'taking back what this run had begun', last);
}

/** The hosts that can be asked, as they are now, and what became of the others. */
interface Back {
  readonly undoing: Undoing;
  readonly now: Map<HostName, HostSnapshot>;
  readonly sessions: ReadonlyMap<HostName, Session>;
  readonly failures: Map<HostName, unknown>;
}

async function bringBack(world: World, back: Back): Promise<void> {
  let plan = planBack(world, back);
  if (plan.activation.waves.length > 0) {
    await waitForQuiet(world, back.sessions);
    await lookOnceMore(world, back);
    plan = planBack(world, back);
  }
  await executePlan({
    world,
    plan,
    snapshots: back.now,
    sessions: back.sessions,
    onTouch: () => undefined,
    undoFailures: back.failures,
  });
}

function planBack(world: World, { undoing, now }: Back): Plan {
  const { vip, settings } = world.endpoint;
  const hosts = [...now.values()].map((snapshot): PlanHost => {
    const before = snapshotOf(undoing.proposal, snapshot.intent.name);
    return {
      snapshot,
      wanted: wantedAsObserved(before.observed),
      priority: before.recorded.latest?.virtualRouter.priority ?? 0,
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
