import type { IpAddress } from '../domain/address.ts';
import { keepalivedResources, wantedOf } from '../backends/keepalived/keepalived.ts';
import type { KeepalivedViews } from '../backends/keepalived/views.ts';
import type { Diagnostic } from '../domain/error.ts';
import type { VirtualRouterRecord } from '../domain/generation.ts';
import type { Intent, KeepalivedEndpoint } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { HostRouter } from '../domain/plan.ts';
import type { Wanted } from '../domain/resource.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Priority, Vrid } from '../domain/vrrp.ts';
import type { Renderer } from '../render/render.ts';
import { vipInterface, type VipInterface } from './interface.ts';
import { assignPriorities } from './priority.ts';
import { refuseHost, refusePriorities, refuseTogether } from './refuse.ts';
import type { HostSnapshot } from './snapshot.ts';
import { chooseVrid, type VridChoice } from './vrid.ts';

/** What the input and the facts ask of every host. */
export interface Desired {
  readonly vrid: VridChoice;
  readonly routers: ReadonlyMap<HostName, HostRouter>;
  readonly wanted: ReadonlyMap<HostName, Wanted>;
}

/** Decides what every host shall look like, or says everything that cannot be right. Reads nothing but its arguments. */
export function desire(
  intent: Intent,
  endpoint: KeepalivedEndpoint,
  options: { readonly snapshots: readonly HostSnapshot[]; readonly renderer: Renderer<KeepalivedViews> },
): Result<Desired, readonly Diagnostic[]> {
  const { snapshots, renderer } = options;
  const interfaces = detectInterfaces(snapshots, endpoint);
  const priorities = prioritiesOf(snapshots);
  const diagnostics = [
    ...snapshots.flatMap((snapshot) => refuseHost(snapshot, intent.cluster)),
    ...refuseTogether(snapshots, endpoint),
    ...interfaces.problems,
    ...priorities.problems,
  ];
  if (diagnostics.length > 0) return err(diagnostics);
  const inUse = snapshots.flatMap(({ recorded }) => recorded.latest?.virtualRouter.vrid ?? []);
  const vrid = chooseVrid(endpoint.vip, endpoint.settings.vrid, inUse);
  const routers = routersOf(interfaces.found, priorities.assigned, vrid.vrid);
  const wanted = new Map(
    [...routers].map(([host, router]) => [host, wantedOf(keepalivedResources(router, endpoint, renderer))]),
  );
  return ok({ vrid, routers, wanted });
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
    if (detected.ok) found.set(intent.name, detected.value);
    else {
      const span = intent.interface === undefined ? endpoint.span : intent.span;
      problems.push({ severity: 'error', host: intent.name, ...detected.error, ...(span === undefined ? {} : { span }) });
    }
  }
  return { found, problems };
}

function prioritiesOf(snapshots: readonly HostSnapshot[]): {
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
  for (const [host, priority] of assignPriorities(claims)) {
    if (priority !== undefined) assigned.set(host, priority);
    else problems.push({ severity: 'error', host, message: 'no priority is left for this host', hints: ['one virtual router serves at most 60 hosts'] });
  }
  return { assigned, problems: [...problems, ...refusePriorities(assigned)] };
}

function routersOf(
  interfaces: ReadonlyMap<HostName, VipInterface>,
  priorities: ReadonlyMap<HostName, Priority>,
  vrid: Vrid,
): ReadonlyMap<HostName, HostRouter> {
  const routers = new Map<HostName, HostRouter>();
  for (const [host, found] of interfaces) {
    const priority = priorities.get(host);
    if (priority === undefined) continue;
    const peers: readonly IpAddress[] = [...interfaces].filter(([other]) => other !== host).map(([, other]) => other.source);
    // Sorted: the order of the inventory must not change a byte of any file.
    routers.set(host, { host, ...found, peers: peers.toSorted(), vrid, priority });
  }
  return routers;
}
