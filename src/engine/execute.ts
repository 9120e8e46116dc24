import { configurationProblem, testConfiguration } from '../backends/keepalived/config-test.ts';
import { joinGate, ownerGate } from '../backends/keepalived/gates.ts';
import { SERVICE } from '../backends/keepalived/layout.ts';
import { mutate, mutateScript, stderrOf, stdoutOf, type CommandResult, type Mutation } from '../domain/command.ts';
import { KonvoyError } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import type { Change, ChangeAction, HostPlan, Plan, Wave } from '../domain/plan.ts';
import { resourceKey, type FileResource } from '../domain/resource.ts';
import { activeDownIntervalMs } from '../domain/vrrp.ts';
import { converge, isSame } from '../resources/resources.ts';
import { writeFile } from '../resources/file.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { Session } from '../transport/transport.ts';
import { keepCopy } from './generations.ts';
import type { Platform } from '../platform/platform.ts';
import { platformOf } from './gather.ts';
import { forEachHost } from './hosts.ts';
import type { World } from './world.ts';

/** What an execution works on. */
export interface Execution {
  readonly world: World;
  readonly plan: Plan;
  readonly snapshots: ReadonlyMap<HostName, HostSnapshot>;
  readonly sessions: ReadonlyMap<HostName, Session>;
  /** Told before a host is changed for the first time. */
  readonly onTouch: (host: HostName) => void;
  /** An undo goes on where a new run would stop: when it is interrupted, and when a gate stays shut. */
  readonly isUndo: boolean;
}

/**
 * Executes a plan: stage everywhere in parallel, activate wave by wave, then remove what is left over. Throws the
 * first failure when a phase has ended on all hosts; what to do about it is the caller's.
 */
export async function executePlan(execution: Execution): Promise<void> {
  const { plan } = execution;
  await onHosts(execution, hostsWith(plan, ['create', 'update']), stageHost);
  for (const wave of plan.activation.waves) {
    checkInterrupted(execution);
    await activateWave(execution, wave);
  }
  await onHosts(execution, hostsWith(plan, ['remove']), async (run, host) => {
    for (const { step, mutations } of removalSteps(planOf(run, host), run)) await mutateAll(run, host, step, mutations);
  });
}

/** Files that wait beside their place until their host is activated. */
export function candidatePath(path: string): string {
  return `${path}.konvoy-ha-new`;
}

/** Removes candidates that were never activated. */
export function removeCandidates(plan: Plan, host: HostName): Mutation {
  const changes = plan.hosts.find((entry) => entry.host === host)?.changes ?? [];
  return mutate('rm', '-f', '--', ...changes.flatMap((change) => (waits(change) ? [candidatePath(change.wanted.path)] : [])));
}

/** Why a command on a host failed, with the last lines of what it said. */
export function stepFailure(host: HostName, step: string, result: CommandResult | undefined): KonvoyError {
  const said = result === undefined ? '' : `${stdoutOf(result)}\n${stderrOf(result)}`.trim().split('\n').slice(-20).join('\n');
  const exit = result === undefined || result.exitCode === 0 ? '' : ` with exit code ${result.exitCode}`;
  return new KonvoyError(`${host}: ${step} failed${exit}`, {
    code: 'step-failed',
    host,
    hints: said === '' ? [] : [`it said: ${said}`],
  });
}

async function stageHost(run: Execution, host: HostName): Promise<void> {
  run.onTouch(host);
  for (const { step, mutations } of stageSteps(planOf(run, host), run)) await mutateAll(run, host, step, mutations);
  const conf = planOf(run, host).changes.find(waits);
  if (conf?.wanted?.kind !== 'file' || run.isUndo) return;
  const [tested] = await sessionOf(run, host).mutate([testConfiguration(candidatePath(conf.wanted.path))]);
  const problem = tested === undefined ? 'it did not answer' : configurationProblem(tested);
  if (problem === undefined) return;
  throw new KonvoyError(`${host}: keepalived refuses the new configuration: ${problem}`, { code: 'step-failed', host });
}

interface Step {
  readonly step: string;
  readonly mutations: readonly Mutation[];
}

/** Everything that can be put in place without anybody noticing: few batches, each one round trip. */
function stageSteps(plan: HostPlan, run: Execution): readonly Step[] {
  const snapshot = snapshotOf(run, plan.host);
  const platform = platformOf(snapshot);
  const changes = plan.changes.filter(
    (change) => change.wanted !== undefined && change.wanted.kind !== 'service' && change.action !== 'none',
  );
  const mutationsOf = (some: readonly Change[]): readonly Mutation[] =>
    some.flatMap((change) => [...copiesOf(change, run, snapshot), ...converge(change.wanted, change.observed, platform)]);
  const packages = changes.filter((change) => change.wanted?.kind === 'package');
  const configuration = changes.filter(waits);
  const others = changes.filter((change) => change.wanted?.kind !== 'package' && !waits(change));
  // Scripts and units before the package: what a package starts by itself finds them in place.
  return [
    { step: 'writing scripts and units', mutations: [...mutationsOf(others), ...unitReload(others, platform)] },
    ...packages.map((change) => ({ step: stepName(change), mutations: mutationsOf([change]) })),
    {
      step: 'staging the configuration',
      mutations: configuration.flatMap((change) => [...copiesOf(change, run, snapshot), writeFile(candidatePath(change.wanted.path), change.wanted)]),
    },
  ];
}

function unitReload(changes: readonly Change[], platform: Platform): readonly Mutation[] {
  const units = changes.some(({ wanted, observed }) => {
    const file = wanted ?? observed;
    return file?.kind === 'file' && file.effect === 'daemon-reload';
  });
  return units ? [platform.services.reloadUnits()] : [];
}

/** What was changed by hand, or was there before us, is kept before it is overwritten. */
function copiesOf(change: Change, run: Execution, snapshot: HostSnapshot): readonly Mutation[] {
  const { observed } = change;
  if (observed?.kind !== 'file' || run.isUndo) return [];
  const ours = snapshot.recorded.latest?.resources.find((resource) => resourceKey(resource) === change.key);
  if (ours !== undefined && isSame(ours, observed)) return [];
  return [keepCopy(run.world.intent.cluster, run.world.runId, observed.path)];
}

async function activateWave(run: Execution, wave: Wave): Promise<void> {
  run.world.report({ type: 'run-step', step: `activating ${wave.hosts.join(', ')}` });
  await onHosts(run, wave.hosts, async (execution, host) => {
    execution.onTouch(host);
    await mutateAll(execution, host, 'activating', activationMutations(planOf(execution, host), execution));
  });
  if (wave.gate === 'none') return;
  await onHosts(run, wave.hosts, waitAtGate(wave.gate));
}

/** Puts the candidate in place and tells the service in one round trip: nothing lies between the two. */
function activationMutations(plan: HostPlan, run: Execution): readonly Mutation[] {
  const platform = platformOf(snapshotOf(run, plan.host));
  const moves = plan.changes.filter(waits).map(({ wanted: { path } }) => mutate('mv', '-f', '--', candidatePath(path), path));
  const service = plan.changes.find((change) => change.key.startsWith('service:'));
  const name = service?.wanted?.kind === 'service' ? service.wanted.name : undefined;
  if (service === undefined || name === undefined) return moves;
  const reload = plan.serviceAction === 'reload' ? [platform.services.reload(name)] : [];
  return [...moves, ...reload, ...converge(service.wanted, service.observed, platform)];
}

function waitAtGate(gate: 'owns-vip' | 'joined'): (run: Execution, host: HostName) => Promise<void> {
  return async (run, host) => {
    const { endpoint, report } = run.world;
    const owns = gate === 'owns-vip';
    report({ type: 'host-step', host, step: owns ? 'waiting until it owns the VIP' : 'waiting until it has joined' });
    const advert = endpoint.settings.advertIntervalMs;
    // Two scripts run once before the first election; the rest is RFC 9568's Active_Down_Interval, with room.
    const deadlineMs = 2 * activeDownIntervalMs(advert, 1) + endpoint.settings.healthCheck.timeoutMs + GATE_MARGIN_MS;
    const script = owns ? ownerGate(endpoint.vip, deadlineMs) : joinGate(deadlineMs);
    const [result] = await sessionOf(run, host).mutate([mutateScript(script.script, ...script.parameters)]);
    if (result?.exitCode === 0 || run.isUndo) return;
    const [words] = await sessionOf(run, host).probe([platformOf(snapshotOf(run, host)).services.lastWords(SERVICE)]);
    throw stepFailure(host, owns ? `taking the VIP ${endpoint.vip}` : 'joining the virtual router', words);
  };
}

function removalSteps(plan: HostPlan, run: Execution): readonly Step[] {
  const snapshot = snapshotOf(run, plan.host);
  const platform = platformOf(snapshot);
  const removals = plan.changes.filter((change) => change.action === 'remove');
  const steps = removals.map((change) => ({
    step: stepName(change),
    mutations: [...copiesOf(change, run, snapshot), ...converge(undefined, change.observed, platform)],
  }));
  const packages = steps.filter((_step, index) => removals[index]?.observed?.kind === 'package');
  const others = steps.filter((step) => !packages.includes(step)).flatMap((step) => step.mutations);
  return [...packages, { step: 'removing what is ours', mutations: [...others, ...unitReload(removals, platform)] }];
}

async function mutateAll(run: Execution, host: HostName, step: string, mutations: readonly Mutation[]): Promise<void> {
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
  const outcomes = await forEachHost(hosts, run.world.forks, async (host) => work(run, host));
  for (const outcome of outcomes) {
    if (outcome.status === 'ok' || !(outcome.error instanceof KonvoyError)) continue;
    const { code, message, hints } = outcome.error;
    run.world.report({ type: 'host-failed', host: outcome.host, code, message, hints });
  }
  for (const outcome of outcomes) if (outcome.status === 'failed') throw outcome.error;
}

function checkInterrupted(run: Execution): void {
  if (!run.isUndo) run.world.signal.throwIfAborted();
}

/** A configuration that waits: a file whose change the running service is told about. */
function waits(change: Change): change is Change & { readonly wanted: FileResource } {
  return change.action !== 'none' && change.wanted?.kind === 'file' && change.wanted.effect === 'reload';
}

function stepName(change: Change): string {
  const name = change.key.slice(change.key.indexOf(':') + 1);
  return `${change.action === 'remove' ? 'removing' : 'installing'} ${name}`;
}

function hostsWith(plan: Plan, actions: readonly ChangeAction[]): readonly HostName[] {
  return plan.hosts.filter(({ changes }) => changes.some(({ action }) => actions.includes(action))).map(({ host }) => host);
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

/** Beyond what the protocol needs: service start-up and a slow first run of the check scripts. */
const GATE_MARGIN_MS = 6000;
