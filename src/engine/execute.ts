import { configurationTest } from '../backends/backends.ts';
import { handOver, takeBack } from '../backends/keepalived/gates.ts';
import { mutateScript, type Mutation } from '../domain/command.ts';
import { KonvoyError } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import type { Change, HostPlan, Plan, Wave } from '../domain/plan.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { Session } from '../transport/transport.ts';
import type { DeadMen } from './dead-men.ts';
import { platformOf } from './gather.ts';
import { keepCopy } from './generations.ts';
import { forEachHost } from './hosts.ts';
import { waitingOf } from './gate.ts';
import { crosses, handOverDeadlineMs } from './patience.ts';
import { requireReach } from './reach.ts';
import { stepFailure } from './step-failure.ts';
import {
  activationMutations,
  candidatePath,
  isStaged,
  packageRemovals,
  removalSteps,
  stageSteps,
  waitsIn,
  type HostWork,
  type Step,
} from './steps.ts';
import type { World } from './world.ts';

/** What an execution works on. */
export interface Execution {
  readonly world: World;
  readonly plan: Plan;
  readonly snapshots: ReadonlyMap<HostName, HostSnapshot>;
  readonly sessions: ReadonlyMap<HostName, Session>;
  /** Told before every wave that we are still there. */
  readonly deadMen: DeadMen;
  /** Told before a host is changed for the first time. */
  readonly onTouch: (host: HostName) => void;
  /** Told before a service of a host is told of its change. */
  readonly onActivate: (host: HostName) => void;
  /**
   * Given for an undo, which goes on where a new run would stop: when it is interrupted, when a gate stays shut, and
   * on the other hosts when one fails. The hosts that failed are put here.
   */
  readonly undoFailures?: Map<HostName, unknown>;
}

/**
 * Executes a plan: stage everywhere in parallel, activate wave by wave, then remove what is left over. Throws the
 * first failure when a phase has ended on all hosts; what to do about it is the caller's.
 */
export async function executePlan(execution: Execution): Promise<void> {
  const { plan } = execution;
  await onHosts(execution, hostsWith(plan, isStaged), stageHost);
  if (execution.undoFailures === undefined) await testBeforeActivation(execution);
  for (const [index, wave] of plan.activation.waves.entries()) {
    checkInterrupted(execution);
    const isTaken = plan.activation.waves.slice(0, index).some(({ gate }) => gate === 'owns-vip');
    if (isTaken) await activateAcross(execution, wave);
    else {
      await renewAll(execution, execution.sessions);
      await activateWave(execution, wave);
    }
  }
  await removeFrom(execution, removalSteps);
}

/** What staging has opened has to be open before anybody counts on it. */
async function testBeforeActivation({ world, plan, snapshots, sessions }: Execution): Promise<void> {
  if (plan.activation.waves.length > 0)
    await requireReach(world, { plan, snapshots: [...snapshots.values()] }, sessions);
}

/** Removes the packages that a plan does not want any more: only after it is confirmed, since nothing brings them back. */
export async function removePackages(execution: Execution): Promise<void> {
  await removeFrom(execution, packageRemovals);
}

async function removeFrom(execution: Execution, stepsOf: (work: HostWork) => readonly Step[]): Promise<void> {
  await onHosts(
    execution,
    hostsWith(execution.plan, ({ action }) => action === 'remove'),
    async (run, host) => {
      for (const { step, mutations } of stepsOf(workOf(run, host)))
        await mutateAll(run, host, step, mutations);
    },
  );
}

/**
 * Activates a wave while two hosts have the VIP, and for no longer than it takes: the other hosts hear meanwhile that we
 * are still there; those of the wave hear it with their change.
 */
async function activateAcross(run: Execution, wave: Wave): Promise<void> {
  const others = new Map([...run.sessions].filter(([host]) => !wave.hosts.includes(host)));
  const ended = await Promise.allSettled([activateWave(run, wave), renewAll(run, others)]);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}

/** An undo goes on where it can: a host whose dead-man has fired says so when it is to be changed. */
async function renewAll(
  { deadMen, plan, undoFailures }: Execution,
  sessions: Execution['sessions'],
): Promise<void> {
  try {
    await deadMen.renew(sessions, crosses(plan.activation) ? 'crossing' : 'steady');
  } catch (error) {
    if (undoFailures === undefined) throw error;
  }
}

async function stageHost(run: Execution, host: HostName): Promise<void> {
  run.onTouch(host);
  for (const { step, mutations } of stageSteps(workOf(run, host)))
    await mutateAll(run, host, step, mutations);
  if (run.undoFailures !== undefined) return;
  const waiting = planOf(run, host).changes.filter(waitsIn(planOf(run, host)));
  const tests = waiting.flatMap(({ wanted }) => configurationTest(wanted, candidatePath(wanted.path)) ?? []);
  if (tests.length === 0) return;
  const results = await sessionOf(run, host).mutate(tests.map(({ mutation }) => mutation));
  tests.forEach((test, index) => {
    const result = results[index];
    const said = result === undefined ? 'it did not answer' : test.problem(result);
    if (said === undefined) return;
    const message = `${host}: ${test.program} refuses the new configuration: ${said}`;
    throw new KonvoyError(message, { code: 'step-failed', host });
  });
}

async function activateWave(run: Execution, wave: Wave): Promise<void> {
  run.world.report({ type: 'run-step', step: `activating ${wave.hosts.join(', ')}` });
  await onHosts(run, wave.hosts, async (execution, host) => {
    execution.onTouch(host);
    const mutations = activationMutations(workOf(execution, host), wave.role ?? 'router');
    if (wave.handsOver === true) await handOverOn(execution, host);
    execution.onActivate(host);
    await mutateAll(
      execution,
      host,
      'activating',
      wave.handsOver === true ? [...mutations, takeBack()] : mutations,
    );
  });
  await onHosts(run, wave.owner === undefined ? wave.hosts : [wave.owner], waitAtGate(wave));
}

/** Gives the VIP away before it would be taken away. An undo goes on without: it is away for a moment then. */
async function handOverOn(run: Execution, host: HostName): Promise<void> {
  const { settings, vip } = run.world.endpoint;
  const deadlineMs = handOverDeadlineMs(settings);
  const { script, parameters } = handOver(vip, deadlineMs);
  run.world.report({ type: 'host-step', host, step: 'handing the VIP over' });
  const [result] = await sessionOf(run, host).mutate([mutateScript(script, ...parameters)]);
  if (result?.exitCode === 0 || run.undoFailures !== undefined) return;
  throw new KonvoyError(
    `${host}: no peer has taken the VIP within ${Math.ceil(deadlineMs / 1000)} s, so keepalived was not restarted here`,
    {
      code: 'step-failed',
      host,
      hints: ['a peer takes it when its API server is ready: look with konvoy-ha verify, and do it again'],
    },
  );
}

function waitAtGate(wave: Wave): (run: Execution, host: HostName) => Promise<void> {
  return async (run, host) => {
    const waiting = waitingOf(wave, host, run.world.endpoint);
    if (waiting === undefined) return;
    const { gate, until, failed, service } = waiting;
    run.world.report({ type: 'host-step', host, step: `waiting until it ${until}` });
    const [result] = await sessionOf(run, host).mutate([mutateScript(gate.script, ...gate.parameters)]);
    if (result?.exitCode === 0 || run.undoFailures !== undefined) return;
    const [words] = await sessionOf(run, host).probe([
      platformOf(snapshotOf(run, host)).services.lastWords(service),
    ]);
    throw stepFailure(host, failed, words);
  };
}

async function mutateAll(
  run: Execution,
  host: HostName,
  step: string,
  mutations: readonly Mutation[],
): Promise<void> {
  if (mutations.length === 0) return;
  checkInterrupted(run);
  run.world.report({ type: 'host-step', host, step });
  const results = await sessionOf(run, host).mutate(mutations);
  const last = results.at(-1);
  if (last?.exitCode !== 0 || results.length < mutations.length) throw stepFailure(host, step, last);
}

async function onHosts(
  run: Execution,
  hosts: readonly HostName[],
  work: (run: Execution, host: HostName) => Promise<void>,
): Promise<void> {
  const { undoFailures } = run;
  const able = hosts.filter((host) => undoFailures?.has(host) !== true);
  const outcomes = await forEachHost(able, run.world.forks, async (host) => work(run, host));
  for (const outcome of outcomes) {
    if (outcome.status === 'ok') continue;
    undoFailures?.set(outcome.host, outcome.error);
    if (!(outcome.error instanceof KonvoyError) || outcome.error.code === 'interrupted') continue;
    const { code, message, hints } = outcome.error;
    run.world.report({ type: 'host-failed', host: outcome.host, code, message, hints });
  }
  if (undoFailures !== undefined) return;
  for (const outcome of outcomes) if (outcome.status === 'failed') throw outcome.error;
}

function checkInterrupted(run: Execution): void {
  if (run.undoFailures === undefined) run.world.signal.throwIfAborted();
}

function hostsWith(plan: Plan, isMeant: (change: Change) => boolean): readonly HostName[] {
  return plan.hosts.filter(({ changes }) => changes.some(isMeant)).map(({ host }) => host);
}

function workOf(run: Execution, host: HostName): HostWork {
  const { intent, runId } = run.world;
  const work = { plan: planOf(run, host), snapshot: snapshotOf(run, host) };
  if (run.undoFailures !== undefined) return work;
  return { ...work, keep: (path) => keepCopy(intent.cluster, runId, path) };
}

function planOf(run: Execution, host: HostName): HostPlan {
  const plan = run.plan.hosts.find((entry) => entry.host === host);
  if (plan === undefined) throw new Error(`no plan for ${host}`);
  return plan;
}

function snapshotOf(run: Execution, host: HostName): HostSnapshot {
  const snapshot = run.snapshots.get(host);
  if (snapshot === undefined) throw new Error(`no snapshot of ${host}`);
  return snapshot;
}

function sessionOf(run: Execution, host: HostName): Session {
  const session = run.sessions.get(host);
  if (session === undefined) throw new Error(`no session on ${host}`);
  return session;
}
