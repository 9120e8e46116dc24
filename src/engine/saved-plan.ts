import { createHash } from 'node:crypto';
import { formatEndpoint } from '../domain/address.ts';
import { KonvoyError, type Diagnostic } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import type { HostPlan } from '../domain/plan.ts';
import type { Resource } from '../domain/resource.ts';
import type { BasisHost, PlanBasis, SavedPlan } from '../domain/saved-plan.ts';
import { formatSerial } from '../domain/serial.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import { otherPurpose, staleness, type PlanPurpose } from '../plan/stale.ts';
import type { Proposal } from './propose.ts';
import type { View } from './world.ts';

/** How a plan is put away. */
export interface Saving {
  readonly tool: string;
  readonly salt: string;
  readonly limit: ReadonlySet<HostName>;
}

/** A plan, to be carried out later exactly as it is. */
export function savePlan(view: View, proposal: Proposal, saving: Saving): SavedPlan {
  return {
    at: new Date(view.clock.now()).toISOString(),
    by: view.by,
    runId: view.runId,
    ...(view.serial === undefined ? {} : { serial: formatSerial(view.serial) }),
    salt: saving.salt,
    basis: basisOf(view, proposal, saving),
  };
}

/** Throws when a saved plan is not for this version, cluster or inventory, before any host is asked. */
export function refuseOtherPurpose(view: View, saved: SavedPlan, tool: string): void {
  refuse(saved, 'is for something else', otherPurpose(saved.basis, purposeOf(view, tool)));
}

/** Throws when anything that a saved plan was based on has changed: it would not be the same plan now. */
export function refuseStale(view: View, saved: SavedPlan, proposal: Proposal): void {
  const { basis, salt } = saved;
  const limit = new Set(basis.limited);
  const now = basisOf(view, proposal, { tool: basis.tool, salt, limit });
  refuse(saved, 'does not hold any more', staleness(basis, now));
}

function refuse({ at, by }: SavedPlan, what: string, diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  throw new KonvoyError(`the plan that ${by} saved at ${at} ${what}; nothing was changed by this run`, {
    code: 'plan-stale',
    diagnostics,
    hints: ['make a new one and look at it: konvoy-ha plan -o FILE'],
  });
}

function purposeOf({ intent, endpoint }: View, tool: string): PlanPurpose {
  return {
    tool,
    cluster: intent.cluster,
    endpoint: formatEndpoint({ host: endpoint.vip, port: endpoint.port }),
    inventory: intent.hosts.map(({ name, target }) => ({
      host: name,
      at: `${target.address}:${target.port}`,
    })),
  };
}

function basisOf(view: View, { plan, snapshots }: Proposal, { tool, salt, limit }: Saving): PlanBasis {
  const sum = (value: unknown): string =>
    createHash('sha256')
      .update(`${salt}\n${JSON.stringify(value)}`)
      .digest('hex');
  return {
    ...purposeOf(view, tool),
    limited: view.intent.hosts.map(({ name }) => name).filter((name) => limit.has(name)),
    hosts: plan.hosts.map((host) =>
      basisHost(
        host,
        snapshots.find(({ intent }) => intent.name === host.host),
        sum,
      ),
    ),
    waves: plan.activation.waves,
  };
}

function basisHost(
  { host, changes }: HostPlan,
  snapshot: HostSnapshot | undefined,
  sum: (value: unknown) => string,
): BasisHost {
  const machine = snapshot?.facts.machineId;
  const latest = snapshot?.recorded.latest;
  const side = (
    name: 'wanted' | 'observed',
    resource: Resource | undefined,
  ): Partial<Record<string, string>> => (resource === undefined ? {} : { [name]: sum(comparable(resource)) });
  return {
    host,
    ...(machine === undefined ? {} : { machine: sum(machine) }),
    ...(latest === undefined
      ? {}
      : { generation: { number: latest.number, runId: latest.runId, by: latest.by } }),
    changes: changes.map(({ key, action, wanted, observed }) => ({
      key,
      action,
      ...side('wanted', wanted),
      ...side('observed', observed),
    })),
  };
}

function comparable(resource: Resource): unknown {
  if (resource.kind !== 'file') return resource;
  return { ...resource, content: Buffer.from(resource.content).toString('base64') };
}
