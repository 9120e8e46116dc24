import { createHash } from 'node:crypto';
import { formatEndpoint } from '../domain/address.ts';
import { stdoutOf } from '../domain/command.ts';
import { KonvoyError } from '../domain/error.ts';
import type { HostEnd, RunSummary } from '../domain/event.ts';
import type { BeforeEntry, Generation } from '../domain/generation.ts';
import type { HostName } from '../domain/names.ts';
import type { Plan } from '../domain/plan.ts';
import { resourceKey, type Observed } from '../domain/resource.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { Session } from '../transport/transport.ts';
import { executePlan, removeCandidates, stepFailure } from './execute.ts';
import { forgetCluster, recordGeneration } from './generations.ts';
import { forEachHost } from './hosts.ts';
import { lockHosts } from './lock.ts';
import type { Proposal } from './propose.ts';
import { undo } from './undo.ts';
import { verifyUntilStable } from './verify.ts';
import { watchVip } from './watch-vip.ts';
import type { World } from './world.ts';

/** How a plan is carried out. */
export interface ChangeOptions {
  readonly verify: boolean;
  /** Leaves a failed change in place, to be looked at. */
  readonly keepOnFailure: boolean;
  /** Looks at the hosts again, under the lock, and proposes again. */
  readonly again: () => Promise<Proposal>;
}

/**
 * Carries a plan out: lock, look again, execute, verify, record. On any failure every touched host goes back to what
 * it was. Reports one `host-finished` for each host and throws what ended the run.
 */
export async function carryOut(
  world: World,
  proposal: Proposal,
  run: { readonly sessions: ReadonlyMap<HostName, Session>; readonly options: ChangeOptions },
): Promise<void> {
  const startedAt = world.clock.now();
  const touched = new Set<HostName>();
  const sessions = pick(run.sessions, proposal);
  const watch = watchVip(world);
  try {
    await lockAndLookAgain(world, proposal, { sessions, again: run.options.again });
    const finish = await execute(world, proposal, { sessions, touched, options: run.options });
    await reportWatch(world, watch);
    reportSuccess(world, proposal, { touched, startedAt, ...finish });
  } catch (error) {
    await handleFailure(world, { proposal, touched, sessions }, { error, keep: run.options.keepOnFailure });
    await reportWatch(world, watch);
    throw error;
  }
}

/** What identifies a plan: the same differences on the same hosts. */
export function planDigest(plan: Plan): string {
  const hash = createHash('sha256');
  for (const { host, changes } of plan.hosts) {
    for (const change of changes) {
      const sides = [change.wanted, change.observed].map((side) => (side?.kind === 'file' ? Buffer.from(side.content).toString('base64') + side.mode.toString(8) : JSON.stringify(side)));
      hash.update(JSON.stringify([host, change.key, change.action, ...sides]));
    }
  }
  return hash.digest('hex');
}

interface Finish {
  readonly generation?: number;
  readonly verdict?: Verdict;
  readonly kept: readonly string[];
}

async function lockAndLookAgain(
  world: World,
  proposal: Proposal,
  how: { readonly sessions: ReadonlyMap<HostName, Session>; readonly again: () => Promise<Proposal> },
): Promise<void> {
  world.report({ type: 'run-step', step: 'locking' });
  await lockHosts(world, how.sessions, proposal.plan.command);
  const again = await how.again();
  if (planDigest(again.plan) === planDigest(proposal.plan)) return;
  throw new KonvoyError('the hosts have changed since the plan was made; nothing was changed', {
    code: 'step-failed',
    hints: ['look at the new plan: konvoy-ha plan'],
  });
}

async function execute(
  world: World,
  proposal: Proposal,
  run: { readonly sessions: ReadonlyMap<HostName, Session>; readonly touched: Set<HostName>; readonly options: ChangeOptions },
): Promise<Finish> {
  const { plan } = proposal;
  const snapshots = new Map(proposal.snapshots.map((snapshot) => [snapshot.intent.name, snapshot]));
  const onTouch = (host: HostName): void => void run.touched.add(host);
  await executePlan({ world, plan, snapshots, sessions: run.sessions, onTouch, isUndo: false });
  if (plan.command === 'destroy') return { kept: await forget(world, run.sessions) };
  const verdict = run.options.verify && runsAfter(plan) ? await verify(world, run.sessions) : undefined;
  const generation = await record(world, proposal, run.sessions);
  return { generation, kept: [], ...(verdict === undefined ? {} : { verdict }) };
}

/** After a rollback to 0 nothing runs, and there is no VIP to ask. */
function runsAfter(plan: Plan): boolean {
  return plan.hosts.some(({ changes }) => changes.some((change) => change.wanted?.kind === 'service' && change.wanted.running));
}

async function verify(world: World, sessions: ReadonlyMap<HostName, Session>): Promise<Verdict> {
  world.report({ type: 'run-step', step: 'verifying' });
  const verdict = await verifyUntilStable(world, sessions);
  world.report({ type: 'verdict', verdict });
  if (verdict.isGood) return verdict;
  const failed = verdict.checks.filter((check) => check.status === 'fail');
  throw new KonvoyError(`verification failed: ${failed.map((check) => check.evidence).join('; ')}`, {
    code: 'verification-failed',
    hints: failed.flatMap((check) => check.hint ?? []),
  });
}

async function record(world: World, proposal: Proposal, sessions: ReadonlyMap<HostName, Session>): Promise<number> {
  const number = 1 + Math.max(0, ...proposal.snapshots.map(({ recorded }) => recorded.latest?.number ?? 0));
  const outcomes = await forEachHost([...sessions.keys()], world.forks, async (host) => {
    const generation = generationFor(world, proposal, { host, number });
    const results = generation === undefined ? [] : await sessions.get(host)?.mutate(recordGeneration(generation));
    const last = results?.at(-1);
    if (last !== undefined && last.exitCode !== 0) throw stepFailure(host, 'recording the generation', last);
  });
  for (const outcome of outcomes) if (outcome.status === 'failed') throw outcome.error;
  return number;
}

function generationFor(
  world: World,
  proposal: Proposal,
  which: { readonly host: HostName; readonly number: number },
): Generation | undefined {
  const virtualRouter = proposal.records.get(which.host);
  const plan = proposal.plan.hosts.find(({ host }) => host === which.host);
  const snapshot = proposal.snapshots.find(({ intent }) => intent.name === which.host);
  if (virtualRouter === undefined || plan === undefined || snapshot === undefined) return undefined;
  return {
    number: which.number,
    cluster: world.intent.cluster,
    runId: world.runId,
    at: new Date(world.clock.now()).toISOString(),
    by: world.by,
    command: proposal.plan.command === 'rollback' ? 'rollback' : 'apply',
    ...(proposal.restored === undefined ? {} : { restored: proposal.restored }),
    virtualRouter,
    resources: plan.changes.flatMap((change) => change.wanted ?? []),
    before: beforeOf(snapshot, plan.changes.map((change) => change.key)),
  };
}

/** What was there before we first touched it: known already, or what this run observed. */
function beforeOf({ recorded, observed }: HostSnapshot, keys: readonly BeforeEntry['key'][]): readonly BeforeEntry[] {
  const known = recorded.latest?.before ?? [];
  const fresh = keys.filter((key) => !known.some((entry) => entry.key === key));
  return [...known, ...fresh.map((key) => beforeEntry(key, observed))];
}

function beforeEntry(key: BeforeEntry['key'], observed: Observed): BeforeEntry {
  const seen = observed.get(key);
  return seen?.status === 'present' ? { key: resourceKey(seen.resource), resource: seen.resource } : { key };
}

async function forget(world: World, sessions: ReadonlyMap<HostName, Session>): Promise<readonly string[]> {
  const outcomes = await forEachHost([...sessions.keys()], world.forks, async (host) => {
    const results = (await sessions.get(host)?.mutate(forgetCluster(world.intent.cluster))) ?? [];
    const last = results.at(-1);
    if (last?.exitCode !== 0) throw stepFailure(host, 'forgetting the generations', last);
    return stdoutOf(last).split('\n').filter(Boolean).map((path) => `${host}: ${path}`);
  });
  return outcomes.flatMap((outcome) => {
    if (outcome.status === 'failed') throw outcome.error;
    return outcome.value;
  });
}

interface Failed {
  readonly proposal: Proposal;
  readonly touched: ReadonlySet<HostName>;
  readonly sessions: ReadonlyMap<HostName, Session>;
}

async function handleFailure(world: World, failed: Failed, how: { readonly error: unknown; readonly keep: boolean }): Promise<void> {
  const { proposal, touched, sessions } = failed;
  if (how.keep) {
    await forEachHost([...touched], world.forks, async (host) => sessions.get(host)?.mutate([removeCandidates(proposal.plan, host)]));
    reportEnds(world, proposal, (host) => (touched.has(host) ? ['changed', 'left as it is, as asked'] : ['unchanged', 'not touched']));
    return;
  }
  if (touched.size > 0) world.report({ type: 'undo-started', because: how.error instanceof Error ? how.error.message : String(how.error) });
  const failures = touched.size > 0 ? await undo(world, { proposal, touched, sessions }) : new Map<HostName, unknown>();
  reportEnds(world, proposal, (host) => {
    const failure = failures.get(host);
    if (failure !== undefined) return ['undo-failed', failure instanceof Error ? failure.message : String(failure)];
    return touched.has(host) ? ['undone', 'as it was before'] : ['unchanged', 'not touched'];
  });
  if (failures.size === 0) return;
  throw new KonvoyError(`${[...failures.keys()].join(', ')} could not be brought back to what it was`, {
    code: 'undo-failed',
    hints: ['what was overwritten is kept on the host: konvoy-ha status shows how it differs, konvoy-ha apply or rollback mends it'],
    cause: how.error,
  });
}

function reportEnds(world: World, proposal: Proposal, end: (host: HostName) => readonly [HostEnd, string]): void {
  for (const { host } of proposal.plan.hosts) {
    const [state, detail] = end(host);
    world.report({ type: 'host-finished', host, state, detail });
  }
}

function reportSuccess(
  world: World,
  proposal: Proposal,
  done: Finish & { readonly touched: ReadonlySet<HostName>; readonly startedAt: number },
): void {
  reportEnds(world, proposal, (host) => (done.touched.has(host) ? ['changed', ''] : ['unchanged', '']));
  const changes = proposal.plan.hosts.flatMap((host) => host.changes);
  const { vip, port } = world.endpoint;
  const [active] = done.verdict?.owners ?? [];
  const summary: RunSummary = {
    command: proposal.plan.command,
    changed: changes.filter((change) => change.action !== 'none').length,
    unchanged: changes.filter((change) => change.action === 'none').length,
    hosts: proposal.plan.hosts.length,
    endpoint: formatEndpoint({ host: vip, port }),
    ...(active === undefined ? {} : { active }),
    ...(done.generation === undefined ? {} : { generation: done.generation }),
    kept: done.kept,
    elapsedMs: world.clock.now() - done.startedAt,
  };
  world.report({ type: 'run-finished', summary });
}

async function reportWatch(world: World, watch: ReturnType<typeof watchVip>): Promise<void> {
  const seen = await watch.stop();
  if (seen !== undefined) world.report({ type: 'vip-probed', ...seen });
}

function pick(sessions: ReadonlyMap<HostName, Session>, proposal: Proposal): ReadonlyMap<HostName, Session> {
  return new Map([...sessions].filter(([host]) => proposal.plan.hosts.some((plan) => plan.host === host)));
}

