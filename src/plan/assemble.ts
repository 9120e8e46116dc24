import { READY_WEIGHT } from '../backends/keepalived/layout.ts';
import { instanceIdentity, routerIdentity, sharedIdentity, vipsIn } from '../backends/keepalived/identity.ts';
import { routerPart } from '../backends/keepalived/foreign.ts';
import { ALL_KEYS, SERVICES } from '../backends/backends.ts';
import type { IpAddress } from '../domain/address.ts';
import type { Diagnostic } from '../domain/error.ts';
import type { Generation } from '../domain/generation.ts';
import { actionOf, type Activation, type Change, type HostPlan, type Plan } from '../domain/plan.ts';
import {
  keyOf,
  resourceKey,
  type Observation,
  type Observed,
  type Resource,
  type ResourceKey,
  type Wanted,
} from '../domain/resource.ts';
import { batchSize, type Serial } from '../domain/serial.ts';
import type { RouterState } from '../domain/vrrp.ts';
import { aroundRouters } from './balancers.ts';
import { withCauses } from './cause.ts';
import { diff, serviceActionOf } from './diff.ts';
import { driftOf } from './drift.ts';
import { withoutLeftovers } from './leftovers.ts';
import type { Mover } from './mover.ts';
import { orderActivation } from './order.ts';
import { CONF_KEY, confText, isRunning, runsKeepalived } from './seen.ts';
import type { HostSnapshot } from './snapshot.ts';

/** One host's side of a plan: what it is, and what it shall be. */
export interface PlanHost {
  readonly snapshot: HostSnapshot;
  readonly wanted: Wanted;
  readonly priority: number;
  /** True when the router runs as it did when `wanted` was there: a program that was replaced since was never started. */
  readonly runsOn?: boolean;
}

/** What a plan is about. */
export interface PlanFrame {
  readonly command: Plan['command'];
  readonly headline: string;
  readonly vip: IpAddress;
  readonly advertIntervalMs: number;
  /** Hosts of the cluster that the plan does not change. Those that run decide what the others join. */
  readonly leftOut?: readonly PlanHost[];
  /** Hosts activated at the same time, at most; without it as many as the order allows. */
  readonly serial?: Serial;
}

/** The single way to a plan, for apply, rollback and destroy alike. */
export function assemblePlan(frame: PlanFrame, hosts: readonly PlanHost[]): Plan {
  const plans = withoutLeftovers(frame.vip, hosts, {
    plans: announceAgain(
      frame,
      hosts.map(({ snapshot }) => snapshot),
      hosts.map(planHost),
    ),
    leftOut: frame.leftOut ?? [],
  });
  const activation = activationOf(frame, hosts, plans);
  return {
    command: frame.command,
    headline: frame.headline,
    hosts: plans,
    activation,
    isEmpty: plans.every((plan) => plan.changes.every((change) => change.action === 'none')),
  };
}

/**
 * What a host shall look like to match `resources`, when `recorded` is what we left there last: what we left and do
 * not want any more goes back to what was there before us. Nothing that we never recorded is ever removed, and packages
 * that we installed stay.
 */
export function wantedInstead(resources: readonly Resource[], recorded: Generation | undefined): Wanted {
  const wanted = new Map<ResourceKey, Resource | undefined>();
  for (const { key, resource } of recorded?.before ?? [])
    if (resource !== undefined || !isPackage(key)) wanted.set(key, resource);
  for (const resource of resources) wanted.set(resourceKey(resource), resource);
  for (const pinned of recorded?.resources ?? []) pinBack(wanted, pinned);
  return sortByCreation(wanted);
}

/** A version that we left there by its number goes back to the one of then; any other is the host's own affair. */
function pinBack(wanted: Map<ResourceKey, Resource | undefined>, left: Resource): void {
  const key = resourceKey(left);
  const then = wanted.get(key);
  if (left.kind !== 'package' || left.pinned === undefined || then?.kind !== 'package') return;
  const pinned = then.pinned ?? then.version;
  if (pinned !== undefined) wanted.set(key, { ...then, pinned });
}

/** The host as it was before us. Packages that we installed stay unless `purge` is asked for. */
export function wantedBeforeUs(recorded: Generation, purge: boolean): Wanted {
  const installed = recorded.before.filter(({ key, resource }) => isPackage(key) && resource === undefined);
  const purged = new Map(purge ? installed.map(({ key }) => [key, undefined] as const) : []);
  return sortByCreation(new Map([...wantedInstead([], recorded), ...purged]));
}

/** The host as it was when it was observed: what an undo goes back to. What we installed meanwhile stays installed. */
export function wantedAsObserved(observed: Observed): Wanted {
  const wanted = new Map<ResourceKey, Resource | undefined>();
  for (const [key, seen] of observed) {
    if (seen.status === 'present') wanted.set(key, asItIs(seen.resource));
    else if (seen.status === 'absent' && !isPackage(key)) wanted.set(key, undefined);
  }
  return sortByCreation(wanted);
}

/** A package with its version. */
function asItIs(resource: Resource): Resource {
  if (resource.kind !== 'package' || resource.version === undefined) return resource;
  return { ...resource, pinned: resource.version };
}

/**
 * Why a part of the hosts cannot be changed alone: a host that runs and is left out would not hear the changed ones,
 * and both sides would be active.
 */
export function refusePartial(
  limited: readonly PlanHost[],
  leftOut: readonly PlanHost[],
): readonly Diagnostic[] {
  const conf = (observed: Observed | Wanted): string => confText(observed.get(CONF_KEY));
  const running = leftOut.filter(({ snapshot }) => runsKeepalived(snapshot));
  const deaf = running.filter(({ snapshot, wanted }) => conf(snapshot.observed) !== conf(wanted));
  return limited.flatMap(({ snapshot, wanted }): readonly Diagnostic[] => {
    const runs = runsKeepalived(snapshot);
    if (runs && conf(snapshot.observed) === conf(wanted)) return [];
    const identity = sharedIdentity(conf(wanted));
    const split = running.filter((other) => sharedIdentity(conf(other.snapshot.observed)) !== identity);
    const others = split.length > 0 ? split : runs ? [] : deaf;
    if (others.length === 0) return [];
    const names = others.map((other) => other.snapshot.intent.name).join(', ');
    return [
      {
        severity: 'error',
        host: snapshot.intent.name,
        message: `changing this host alone would give the VIP two owners: ${names} would not hear it`,
        hints: ['run it without --limit; the order of activation keeps the VIP answering'],
      },
    ];
  });
}

function planHost({ snapshot, wanted, runsOn }: PlanHost): HostPlan {
  const { observed, recorded } = snapshot;
  const changes = withCauses(diff(wanted, observed), recorded.latest, observed);
  const balancerAction = serviceActionOf(changes, 'balancer');
  const routerAction = serviceActionOf(changes);
  return {
    host: snapshot.intent.name,
    changes,
    serviceAction: routerAction === 'restart' && runsOn === true ? 'none' : routerAction,
    ...(balancerAction === 'none' ? {} : { balancerAction }),
    drifted: driftOf(recorded.latest, observed).length > 0,
    ...(recorded.latest === undefined ? {} : { generation: recorded.latest.number }),
  };
}

/**
 * Where several hosts have the VIP, whoever keeps it has to say so when the others give it up: the neighbours would go
 * on asking those for up to a minute. A reload does it, with a gratuitous ARP (keepalived sends one on every reload).
 */
function announceAgain(
  frame: PlanFrame,
  snapshots: readonly HostSnapshot[],
  plans: readonly HostPlan[],
): readonly HostPlan[] {
  const holders = snapshots.filter((snapshot) => holdsVip(snapshot, frame.vip));
  const names = holders.filter(runsKeepalived).map(({ intent }) => intent.name);
  const isShared = holders.length > 1 && plans.some((plan) => plan.serviceAction !== 'none');
  if (!isShared) return plans;
  return plans.map((plan) =>
    plan.serviceAction === 'none' && names.includes(plan.host) ? { ...plan, serviceAction: 'reload' } : plan,
  );
}

function activationOf(frame: PlanFrame, hosts: readonly PlanHost[], plans: readonly HostPlan[]): Activation {
  const leftOut = frame.leftOut ?? [];
  const isServed = [...hosts, ...leftOut].some(({ snapshot }) => snapshot.facts.api === 'answers');
  const movers = [
    ...hosts.map((host, index) => moverOf(host, { vip: frame.vip, isServed, plan: plans[index] })),
    ...leftOut.map((host) => moverOf(host, { vip: frame.vip, isServed, plan: undefined })),
  ];
  const { serial } = frame;
  const batch = serial === undefined ? undefined : { serial, size: batchSize(serial, hosts.length) };
  return aroundRouters(orderActivation(movers, frame.advertIntervalMs, batch), {
    movers: plans.flatMap((plan) => {
      const mover = movers.find(({ host }) => host === plan.host);
      return mover === undefined ? [] : [{ ...mover, action: actionOf(plan, 'balancer') }];
    }),
    isServed,
    size: batch?.size ?? hosts.length,
  });
}

function moverOf(
  { snapshot, wanted, priority }: PlanHost,
  seen: { readonly vip: IpAddress; readonly isServed: boolean; readonly plan: HostPlan | undefined },
): Mover {
  const { vip, plan, isServed } = seen;
  const { facts, intent, observed } = snapshot;
  // A host that balances leads to every API server, and to its own only otherwise.
  const leads = (balancer: Observation | Resource | undefined): boolean =>
    isRunning(balancer) ? isServed : facts.api === 'answers';
  const balancer = observed.get(BALANCER_KEY);
  return {
    host: intent.name,
    action: plan?.serviceAction ?? 'none',
    changesIdentity: changes(plan?.changes ?? [], (conf) => routerIdentity(routerPart(conf, vip))),
    staysActive:
      plan?.serviceAction !== 'restart' &&
      !changes(plan?.changes ?? [], (conf) => instanceIdentity(routerPart(conf, vip))),
    holdsVip: holdsVip(snapshot, vip),
    runs: runsKeepalived(snapshot),
    apiAnswers: leads(plan === undefined ? balancer : wanted.get(BALANCER_KEY)),
    serves: runsKeepalived(snapshot) && leads(balancer) && isInService(facts.keepalived.state),
    priority: priority - (facts.keepalived.drained === undefined ? 0 : READY_WEIGHT),
  };
}

/** Whether a host has the VIP, or the one that its configuration still has. */
function holdsVip({ facts, observed }: HostSnapshot, vip: IpAddress): boolean {
  const own = vipsIn(confText(observed.get(CONF_KEY))).vips.map((prefix) => prefix.split('/')[0]);
  return facts.network.addresses.some(({ prefix: { address } }) => address === vip || own.includes(address));
}

function isInService(state: RouterState): boolean {
  return state === 'active' || state === 'backup';
}

/** Whether a service that runs is given a configuration of which this is different. */
function changes(all: readonly Change[], identity: (conf: string) => string): boolean {
  const conf = all.find((change) => change.key === CONF_KEY);
  if (conf?.wanted?.kind !== 'file' || conf.observed?.kind !== 'file') return false;
  const text = (content: Uint8Array): string => new TextDecoder().decode(content);
  return identity(text(conf.wanted.content)) !== identity(text(conf.observed.content));
}

function sortByCreation(wanted: Wanted): Wanted {
  const rank = (key: ResourceKey): number =>
    ALL_KEYS.includes(key) ? ALL_KEYS.indexOf(key) : ALL_KEYS.length;
  return new Map([...wanted].toSorted(([a], [b]) => rank(a) - rank(b)));
}

function isPackage(key: ResourceKey): boolean {
  return key.startsWith('package:');
}

const BALANCER_KEY = keyOf('service', SERVICES.balancer);
