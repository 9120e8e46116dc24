import { parseIpAddress, prefixContains, type IpAddress } from '../domain/address.ts';
import { PACKAGE as HAPROXY } from '../backends/haproxy/layout.ts';
import { desiredResources, type Views } from '../backends/backends.ts';
import type { Diagnostic } from '../domain/error.ts';
import type { VirtualRouterRecord } from '../domain/generation.ts';
import type { NetworkFacts } from '../domain/facts.ts';
import type { HostIntent, Intent, KeepalivedEndpoint } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { HostRouter } from '../domain/plan.ts';
import type { Wanted } from '../domain/resource.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Priority, Vrid } from '../domain/vrrp.ts';
import type { Renderer } from '../render/render.ts';
import {
  adoptionsOf,
  adoptPriorities,
  keptText,
  refuseOtherInterface,
  refusePods,
  type Adoptions,
} from './adopt.ts';
import { refuseClaims } from './claims.ts';
import { besideVip, vipInterface, type VipInterface } from './interface.ts';
import { lintWanted } from './lint.ts';
import { refuseForgotten } from './membership.ts';
import { pinnedVersion, programVersion, refuseVersion } from './package-version.ts';
import { assignPriorities } from './priority.ts';
import { refuseBalancer } from './refuse-balancer.ts';
import { refuseHost, refusePriorities, refuseTogether } from './refuse.ts';
import type { HostSnapshot } from './snapshot.ts';
import { refuseStrangers } from './refuse-strangers.ts';
import type { VridChoice } from './vrid.ts';
import { readWire } from './wire.ts';

/** What the input and the facts ask of every host. */
export interface Desired {
  readonly vrid: VridChoice;
  readonly routers: ReadonlyMap<HostName, HostRouter>;
  readonly wanted: ReadonlyMap<HostName, Wanted>;
  /** What the operator should know of it, and may leave as it is. */
  readonly warnings: readonly Diagnostic[];
}

/** The world as it was seen, and the templates. */
export interface DesireOptions {
  readonly snapshots: readonly HostSnapshot[];
  /** Hosts that `--limit` leaves out and that could not be reached: they stay peers of the others. */
  readonly absent: readonly HostIntent[];
  readonly renderer: Renderer<Views>;
  /** Addresses of hosts that are gone for good, and are peers no more. */
  readonly gone?: readonly IpAddress[];
  /** 0 ≤ draw < 1: decides when the VRID is one of many. */
  readonly draw?: number;
  /** Take over what somebody else runs, instead of refusing it. */
  readonly adopt?: boolean;
}

/** Decides what every host shall look like, or says everything that cannot be right. Reads nothing but its arguments. */
export function desire(
  intent: Intent,
  endpoint: KeepalivedEndpoint,
  options: DesireOptions,
): Result<Desired, readonly Diagnostic[]> {
  const { snapshots, renderer, absent } = options;
  const { adoptions, problems: foreign } = adoptionsOf(snapshots, endpoint, options.adopt === true);
  const interfaces = detectInterfaces(snapshots, endpoint);
  const missing = addressesOfAbsent(absent, snapshots, endpoint.vip);
  const priorities = prioritiesOf(snapshots, adoptions);
  const { gone, draw } = options;
  const adopted = [...adoptions.values()].map(({ vrid }) => vrid);
  const wire = readWire(endpoint, { hosts: intent.hosts, snapshots, adopted, gone, draw });
  const diagnostics = [
    ...snapshots.flatMap((snapshot) => refuseHost(snapshot, intent.cluster)),
    ...foreign,
    ...refuseTogether(snapshots, endpoint, { strangers: wire.strangers, adoptions }),
    ...refuseStrangers(wire, endpoint),
    ...refuseOtherInterface(interfaces.found, adoptions),
    ...refuseBalancer(snapshots, endpoint),
    ...refuseClaims(snapshots, endpoint),
    ...refusePods(snapshots, endpoint),
    ...refuseVersion(snapshots, endpoint),
    ...interfaces.problems,
    ...missing.problems,
    ...priorities.problems,
  ];
  const { vrid } = wire;
  if (diagnostics.length > 0 || vrid === undefined) return err(diagnostics);
  const routers = routersOf(interfaces.found, priorities.assigned, {
    vrid: vrid.vrid,
    absent: missing.addresses,
  });
  const sources = [...routers.values()].map(({ source }) => source);
  const forgotten = refuseForgotten({ hosts: intent.hosts, snapshots, sources, gone: gone ?? [] });
  if (forgotten.length > 0) return err(forgotten);
  const wanted = new Map(
    snapshots.flatMap((snapshot) => {
      const router = routers.get(snapshot.intent.name);
      if (router === undefined) return [];
      const kept = keptText(snapshot, adoptions);
      const whole = kept === undefined ? router : { ...router, kept };
      const pinned = pinnedVersion(snapshot, endpoint);
      const haproxyVersion = programVersion(snapshot, HAPROXY);
      const { firewall } = snapshot.facts;
      const options = { renderer, pinned, haproxyVersion, firewall };
      return [[router.host, desiredResources(whole, endpoint, options)] as const];
    }),
  );
  const linted = lintWanted(routers, wanted, { snapshots, endpoint });
  if (linted.some(({ severity }) => severity === 'error')) return err(linted);
  return ok({ vrid, routers, wanted, warnings: linted });
}

/** What a generation remembers of a router. */
export function routerRecord(router: HostRouter, endpoint: KeepalivedEndpoint): VirtualRouterRecord {
  return { vrid: router.vrid, priority: router.priority, vip: endpoint.vip, port: endpoint.port };
}

function detectInterfaces(
  snapshots: readonly HostSnapshot[],
  endpoint: KeepalivedEndpoint,
): { found: ReadonlyMap<HostName, VipInterface>; problems: readonly Diagnostic[] } {
  const found = new Map<HostName, VipInterface>();
  const problems: Diagnostic[] = [];
  for (const { intent, facts } of snapshots) {
    const detected = vipInterface(facts.network, endpoint.vip, intent.interface);
    if (detected.ok) {
      found.set(intent.name, detected.value);
      problems.push(...additionalProblems(intent.name, facts.network, { endpoint, vip: detected.value }));
    } else {
      const span = intent.interface === undefined ? endpoint.span : intent.span;
      problems.push({
        severity: 'error',
        host: intent.name,
        ...detected.error,
        ...(span === undefined ? {} : { span }),
      });
    }
  }
  return { found, problems };
}

function additionalProblems(
  host: HostName,
  network: NetworkFacts,
  { endpoint, vip }: { readonly endpoint: KeepalivedEndpoint; readonly vip: VipInterface },
): readonly Diagnostic[] {
  return endpoint.settings.additionalVips.flatMap((additional) => {
    const problem = besideVip(network, additional, vip.interface);
    return problem === undefined ? [] : [{ severity: 'error' as const, host, ...problem }];
  });
}

function prioritiesOf(
  snapshots: readonly HostSnapshot[],
  adoptions: Adoptions,
): {
  assigned: ReadonlyMap<HostName, Priority>;
  problems: readonly Diagnostic[];
} {
  const claims = snapshots.map(({ intent, recorded }) => {
    const earlier = recorded.latest?.virtualRouter.priority;
    return {
      host: intent.name,
      ...(intent.priority === undefined ? {} : { configured: intent.priority }),
      ...(earlier === undefined ? {} : { recorded: earlier }),
    };
  });
  const assigned = new Map<HostName, Priority>();
  const problems: Diagnostic[] = [];
  for (const [host, priority] of assignPriorities(adoptPriorities(claims, adoptions))) {
    if (priority !== undefined) assigned.set(host, priority);
    else
      problems.push({
        severity: 'error',
        host,
        message: 'no priority is left for this host',
        hints: ['one virtual router serves at most 60 hosts'],
      });
  }
  return { assigned, problems: [...problems, ...refusePriorities(assigned)] };
}

/**
 * A host that is down cannot be asked for its address, but its peers still have to know it, or it would come back as a
 * second active. Its name or `ansible_host` tells, when that is an address beside the VIP.
 */
function addressesOfAbsent(
  absent: readonly HostIntent[],
  snapshots: readonly HostSnapshot[],
  vip: IpAddress,
): { addresses: readonly IpAddress[]; problems: readonly Diagnostic[] } {
  const prefixes = snapshots
    .flatMap(({ facts }) => facts.network.addresses.map(({ prefix }) => prefix))
    .filter((prefix) => prefixContains(prefix, vip));
  const addresses: IpAddress[] = [];
  const problems: Diagnostic[] = [];
  for (const { name, target } of absent) {
    const literals = [name, target.address]
      .map(parseIpAddress)
      .flatMap((parsed) => (parsed.ok ? [parsed.value] : []));
    const beside = literals.find((address) => prefixes.some((prefix) => prefixContains(prefix, address)));
    if (beside !== undefined) addresses.push(beside);
    else
      problems.push({
        severity: 'error',
        host: name,
        message: 'it cannot be reached, and its address beside the VIP is not known: its peers need it',
        hints: [`bring it up, or give it an ansible_host that is an address in the subnet of ${vip}`],
      });
  }
  const newcomers =
    absent.length === 0 ? [] : snapshots.filter(({ recorded }) => recorded.latest === undefined);
  for (const { intent } of newcomers) {
    problems.push({
      severity: 'error',
      host: intent.name,
      message: 'a new host can only join while all others can be reached',
      hints: [`bring up ${absent.map(({ name }) => name).join(', ')} first`],
    });
  }
  return { addresses, problems };
}

function routersOf(
  interfaces: ReadonlyMap<HostName, VipInterface>,
  priorities: ReadonlyMap<HostName, Priority>,
  shared: { readonly vrid: Vrid; readonly absent: readonly IpAddress[] },
): ReadonlyMap<HostName, HostRouter> {
  const routers = new Map<HostName, HostRouter>();
  for (const [host, found] of interfaces) {
    const priority = priorities.get(host);
    if (priority === undefined) continue;
    const others = [...interfaces].filter(([other]) => other !== host).map(([, other]) => other.source);
    // Sorted: the order of the inventory must not change a byte of any file.
    routers.set(host, {
      host,
      ...found,
      peers: [...others, ...shared.absent].toSorted(),
      vrid: shared.vrid,
      priority,
    });
  }
  return routers;
}
