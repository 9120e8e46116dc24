import { formatEndpoint } from '../domain/address.ts';
import { stdoutOf } from '../domain/command.ts';
import { KonvoyError, refusal } from '../domain/error.ts';
import type { Generation, VirtualRouterRecord } from '../domain/generation.ts';
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
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { Reader } from '../transport/transport.ts';
import { generationProbe, parseGeneration } from './generations.ts';
import type { View } from './world.ts';

/** A plan with what carrying it out has to know beyond it. */
export interface Proposal {
  readonly plan: Plan;
  readonly snapshots: readonly HostSnapshot[];
  /** What each host's next generation says of the virtual router; empty when nothing of ours remains. */
  readonly records: ReadonlyMap<HostName, VirtualRouterRecord>;
  /** The highest number of any generation on any host; 0 when there is none. */
  readonly lastGeneration: number;
  /** The generation that is gone back to. */
  readonly restored?: number;
}

/** The number of the generation that a run records, on every host the same. */
export function nextNumber({ lastGeneration }: Proposal): number {
  return 1 + lastGeneration;
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
  return propose(view, scope, {
    command: 'apply',
    headline: applyHeadline(view, desired.value),
    all,
    records,
  });
}

/** What going back to generation `to` (0: before us) would do on every host in scope. */
export async function proposeRollback(
  view: View,
  scope: Scope,
  how: { readonly readers: ReadonlyMap<HostName, Reader>; readonly to: number | undefined },
): Promise<Proposal> {
  const latest = lastGeneration(scope);
  if (latest === 0) throw nothingRecorded();
  const to = how.to ?? latest - 1;
  const isKnown = scope.snapshots.some((snapshot) => numbersOf(snapshot).includes(to));
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
    to === 0 ? 'rollback to how the hosts were before konvoy-ha' : `rollback to generation ${to}`;
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
  };
  return {
    plan: assemblePlan(frame, limited),
    snapshots: limited.map((host) => host.snapshot),
    records: parts.records,
    lastGeneration: lastGeneration(scope),
  };
}

function lastGeneration({ snapshots }: Scope): number {
  return Math.max(0, ...snapshots.map(({ recorded }) => recorded.latest?.number ?? 0));
}

/** What we once left and do not want any more goes back to what was there before. */
function mergeWanted(desired: Wanted | undefined, snapshot: HostSnapshot): Wanted {
  const resources = [...(desired ?? new Map()).values()].filter((resource) => resource !== undefined);
  return wantedInstead(resources, snapshot.recorded.latest);
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
  const numbers = numbersOf(snapshot);
  const number = numbers.findLast((candidate) => candidate <= to);
  if (reader === undefined || number === undefined || !isKnown) {
    throw new KonvoyError(`${host} has no generation ${to}`, {
      code: 'usage',
      host,
      hints: [
        numbers.length === 0 ? 'it has none at all' : `it has ${numbers.join(', ')}`,
        'see konvoy-ha history',
      ],
    });
  }
  const [result] = await reader.probe([generationProbe(view.intent.cluster, number)], view.signal);
  return parseGeneration(result === undefined ? '' : stdoutOf(result), host);
}

/** The numbers of the generations on a host, ascending. */
function numbersOf({ recorded }: HostSnapshot): readonly number[] {
  return recorded.heads.map((head) => head.number);
}

function applyHeadline({ endpoint, intent }: View, desired: Desired): string {
  const where = formatEndpoint({ host: endpoint.vip, port: endpoint.port });
  const origins = { configured: 'configured', 'in-use': 'kept', chosen: 'chosen from the VIP' } as const;
  const vrid = `vrid ${desired.vrid.vrid} (${origins[desired.vrid.origin]})`;
  return `keepalived for ${where} on ${intent.hosts.length} hosts, ${vrid}: ${endpoint.because}`;
}

function nothingRecorded(): KonvoyError {
  return new KonvoyError('there is no generation to go back to: konvoy-ha has not changed these hosts', {
    code: 'usage',
    hints: ['see konvoy-ha history'],
  });
}
