import type { Plan } from '../domain/plan.ts';
import type { Resource } from '../domain/resource.ts';

/** True when two plans are the same differences on the same hosts. */
export function isSamePlan(one: Plan, other: Plan): boolean {
  return fingerprint(one) === fingerprint(other);
}

function fingerprint(plan: Plan): string {
  return JSON.stringify(
    plan.hosts.map(({ host, changes }) => [
      host,
      changes.map(({ key, action, wanted, observed }) => [key, action, sideOf(wanted), sideOf(observed)]),
    ]),
  );
}

function sideOf(resource: Resource | undefined): unknown {
  if (resource?.kind !== 'file') return resource ?? 'absent';
  return { ...resource, content: Buffer.from(resource.content).toString('base64') };
}
