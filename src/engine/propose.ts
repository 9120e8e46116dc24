import { formatEndpoint } from '../domain/address.ts';
import { KonvoyError, refusal, type Diagnostic } from '../domain/error.ts';
import { newestOf, numbersOf, type Generation, type VirtualRouterRecord } from '../domain/generation.ts';
import type { HostIntent } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { Plan } from '../domain/plan.ts';
import type { Wanted } from '../domain/resource.ts';
import {
  assemblePlan,
  refusePartial,
  wantedBeforeUs,
  wantedInstead,
  type PlanHost,
} from '../plan/assemble.ts';
import { desire, routerRecord, type Desired } from '../plan/desire.ts';
import { mergeWanted } from '../plan/pending.ts';
import { disagreement, exceptions, generationAt, rollbackTarget, type NoTarget } from '../plan/rollback.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { Reader } from '../transport/transport.ts';
import { damagedGeneration, generationProbe, parseGenerationOf } from './generations.ts';
import { warningsOfArmed } from './unfinished.ts';
import type { View } from './world.ts';

/** A plan with what carrying it out has to know beyond it. */
export interface Proposal {
  readonly plan: Plan;
  readonly snapshots: readonly HostSnapshot[];
  /** What each host's next generation says of the virtual router; empty when nothing of ours remains. */
  readonly records: ReadonlyMap<HostName, VirtualRouterRecord>;
  /** The highest number of any generation on any host; 0 when there is none. */
  readonly lastGeneration: number;
  /** What the operator should know of it before it is carried out. */
  readonly warnings: readonly Diagnostic[];
  /** The generation that is gone back to. */
  readonly restored?: number;
}

/** The number of the generation that a run records, on every host the same. */
export function nextNumber({ lastGeneration }: Proposal): number {
  return 1 + lastGeneration;
}

/** Says what is proposed, and what the operator should know of it. */
export function showProposal(view: View, { plan, warnings }: Proposal): void {
  for (const diagnostic of warnings) view.report({ type: 'diagnostic', diagnostic });
  view.report({ type: 'plan', plan });
}

/** The hosts of a run: those it may change, and all that it must know. */
export interface Scope {
  readonly limited: ReadonlySet<HostName>;
  readonly snapshots: readonly HostSnapshot[];
  /** Hosts outside the limit that could not be reached. */
  readonly absent: readonly HostIntent[];
}

/** What `apply` would do. Throws a refusal with every problem when the input cannot be right. */
export function proposeApply(view: View, scope: Scope): Proposal {
  const { endpoint, intent } = view;
  const desired = desire(intent, endpoint, {
    snapshots: scope.snapshots,
    absent: scope.absent,
    renderer: view.renderer,
    ...(view.gone === undefined ? {} : { gone: view.gone }),
  });
  if (!desired.ok) throw refusal(desired.error);
  const all = scope.snapshots.map((snapshot): PlanHost => {
    const { name } = snapshot.intent;
    const router = desired.value.routers.get(name);
    return {
      snapshot,
      wanted: mergeWanted(desired.value.wanted.get(name), snapshot),
      priority: router?.priority ?? 0,
    };
  });
  const records = new Map(
    [...desired.value.routers].map(([host, router]) => [host, routerRecord(router, endpoint)]),
  );
  const headline = applyHeadline(view, desired.value);
  const proposal = propose(view, scope, { command: 'apply', headline, all, records });
  return { ...proposal, warnings: [...proposal.warnings, ...desired.value.warnings] };
}

/** What going back to generation `to` (0: before us) would do on every host in scope. */
export async function proposeRollback(
  view: View,
  scope: Scope,
  how: { readonly readers: ReadonlyMap<HostName, Reader>; readonly to: number | undefined },
): Promise<Proposal> {
  const limited = scope.snapshots.filter(({ intent }) => scope.limited.has(intent.name));
  const target = rollbackTarget(limited, how.to);
  if (!target.ok) throw noTarget(target.error);
  const to = target.value;
  const isKnown = scope.snapshots.some(({ recorded }) => numbersOf(recorded).includes(to));
  const all: PlanHost[] = [];
  const records = new Map<HostName, VirtualRouterRecord>();
  for (const snapshot of scope.snapshots) {
    const generation = await generationOf(view, {
      snapshot,
      to,
      isKnown,
      reader: how.readers.get(snapshot.intent.name),
    });
    const recorded = snapshot.recorded.latest;
    const wanted =
      generation === undefined ? beforeUs(snapshot, false) : wantedInstead(generation.resources, recorded);
    const router = generation?.virtualRouter ?? recorded?.virtualRouter;
    if (router !== undefined) records.set(snapshot.intent.name, router);
    all.push({ snapshot, wanted, priority: router?.priority ?? 0 });
  }
  const headline =
    to === 0
      ? 'rollback to how the hosts were before konvoy-ha'
      : `rollback to generation ${to}${exceptions(limited, to)}`;
  return { ...propose(view, scope, { command: 'rollback', headline, all, records }), restored: to };
}

/** What taking everything of ours off the hosts would do. */
export function proposeDestroy(view: View, scope: Scope, purge: boolean): Proposal {
  const all = scope.snapshots.map((snapshot): PlanHost => ({
    snapshot,
    wanted: beforeUs(snapshot, purge),
    priority: snapshot.recorded.latest?.virtualRouter.priority ?? 0,
  }));
  const headline = `destroy: take everything of konvoy-ha off the hosts${purge ? ', packages too' : ''}`;
  return propose(view, scope, { command: 'destroy', headline, all, records: new Map() });
}

function propose(
  view: View,
  scope: Scope,
  parts: Pick<Plan, 'command' | 'headline'> & {
    readonly all: readonly PlanHost[];
    readonly records: Proposal['records'];
  },
): Proposal {
  const isLimited = ({ snapshot }: PlanHost): boolean => scope.limited.has(snapshot.intent.name);
  const limited = parts.all.filter(isLimited);
  const leftOut = parts.all.filter((host) => !isLimited(host));
  const problems = parts.command === 'destroy' ? [] : refusePartial(limited, leftOut);
  if (problems.length > 0) throw refusal(problems);
  const { vip, settings } = view.endpoint;
  const frame = {
    command: parts.command,
    headline: parts.headline,
    vip,
    advertIntervalMs: settings.advertIntervalMs,
    leftOut,
    ...(view.serial === undefined ? {} : { serial: view.serial }),
  };
  const snapshots = limited.map((host) => host.snapshot);
  const plan = assemblePlan(frame, limited);
  const recordsBecause = parts.command === 'apply' && plan.isEmpty ? whyRecord(plan, snapshots) : undefined;
  return {
    plan: recordsBecause === undefined ? plan : { ...plan, recordsBecause },
    snapshots,
    records: parts.records,
    warnings: snapshots.flatMap(warningsOfArmed),
    lastGeneration: lastGeneration(scope),
  };
}

/** Why an apply that changes nothing on the hosts leaves a generation all the same. */
function whyRecord(plan: Plan, snapshots: readonly HostSnapshot[]): string | undefined {
  const drifted = plan.hosts.filter((host) => host.drifted).map(({ host }) => host);
  const damaged = snapshots.filter(({ recorded }) => recorded.damaged.length > 0);
  if (snapshots.some(({ recorded }) => recorded.latest === undefined))
    return 'what is there was never recorded: a run was killed, or its generations are gone';
  if (drifted.length > 0) return `${drifted.join(', ')} was changed by hand to what is asked for`;
  if (damaged.some(({ recorded }) => recorded.damaged.at(-1)?.number === newestOf(recorded)))
    return `the newest generation is damaged on ${damaged.map(({ intent }) => intent.name).join(', ')}`;
  const words = disagreement(snapshots);
  return words === undefined ? undefined : `the hosts disagree about the newest generation: ${words}`;
}

function lastGeneration({ snapshots }: Scope): number {
  return Math.max(0, ...snapshots.map(({ recorded }) => newestOf(recorded)));
}

function beforeUs(snapshot: HostSnapshot, purge: boolean): Wanted {
  return snapshot.recorded.latest === undefined ? new Map() : wantedBeforeUs(snapshot.recorded.latest, purge);
}

/** What a host was at generation `to`: a run on other hosts alone left no generation of that number on it. */
async function generationOf(
  view: View,
  from: {
    readonly snapshot: HostSnapshot;
    readonly to: number;
    /** True when any host has a generation of that number. */
    readonly isKnown: boolean;
    readonly reader: Reader | undefined;
  },
): Promise<Generation | undefined> {
  const { snapshot, to, isKnown, reader } = from;
  const host = snapshot.intent.name;
  if (to === 0) return undefined;
  const at = generationAt(snapshot.recorded, to);
  if (at.state === 'damaged') throw damagedGeneration(host, at.generation);
  if (reader === undefined || at.state === 'unknown' || !isKnown) {
    const numbers = numbersOf(snapshot.recorded);
    throw new KonvoyError(`${host} has no generation ${to}`, {
      code: 'usage',
      host,
      hints: [
        numbers.length === 0 ? 'it has none at all' : `it has ${numbers.join(', ')}`,
        'see konvoy-ha history',
      ],
    });
  }
  const { cluster } = view.intent;
  const [result] = await reader.probe([generationProbe(cluster, at.number)], view.signal);
  return parseGenerationOf(result, { host, cluster, number: at.number });
}

function applyHeadline({ endpoint, intent }: View, desired: Desired): string {
  const where = formatEndpoint({ host: endpoint.vip, port: endpoint.port });
  const origins = { configured: 'configured', 'in-use': 'kept', chosen: 'chosen from the VIP' } as const;
  const vrid = `vrid ${desired.vrid.vrid} (${origins[desired.vrid.origin]})`;
  return `keepalived for ${where} on ${intent.hosts.length} hosts, ${vrid}: ${endpoint.because}`;
}

function noTarget(target: NoTarget): KonvoyError {
  if (target.reason === 'disagreement') {
    return new KonvoyError(`the hosts disagree about the newest generation: ${target.words}`, {
      code: 'usage',
      hints: [
        'say which one to go back to: --to N; konvoy-ha history shows who has which',
        'or make them agree first: konvoy-ha apply',
      ],
    });
  }
  return new KonvoyError('there is no generation to go back to: konvoy-ha has not changed these hosts', {
    code: 'usage',
    hints: ['see konvoy-ha history'],
  });
}
