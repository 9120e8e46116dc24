import type { Change, ServiceAction } from '../domain/plan.ts';
import {
  roleOf,
  type Observation,
  type Observed,
  type Resource,
  type ResourceKey,
  type ServiceRole,
  type Wanted,
} from '../domain/resource.ts';
import { isSame } from '../resources/resources.ts';

/**
 * The difference between what is wanted and what is there. The one diff of the product: plan, drift, rollback and undo
 * all are calls of it. Creations stand in the order of `wanted`, removals last and in the opposite order.
 */
export function diff(wanted: Wanted, observed: Observed): readonly Change[] {
  const changes = [...wanted].map(([key, resource]) => changeOf(key, resource, observed.get(key)));
  const removals = changes.filter((change) => change.action === 'remove');
  return [...changes.filter((change) => change.action !== 'remove'), ...removals.toReversed()];
}

/** What a service has to do for the changes to count. */
export function serviceActionOf(changes: readonly Change[], role: ServiceRole = 'router'): ServiceAction {
  const service = changes.find(
    ({ wanted, observed }) => (wanted ?? observed)?.kind === 'service' && roleOf(wanted ?? observed) === role,
  );
  const runs = service?.observed?.kind === 'service' && service.observed.running;
  const shallRun = service?.wanted?.kind === 'service' && service.wanted.running;
  if (runs && !shallRun) return 'stop';
  if (!runs) return shallRun ? 'start' : 'none';
  if (changes.some((change) => change.action === 'update' && isProgramOf(service, change))) return 'restart';
  const isRead = (change: Change): boolean =>
    role === 'router' ? isReadByRouter(change) : isReadBy(role, change);
  return changes.some((change) => change.action !== 'none' && isRead(change)) ? 'reload' : 'none';
}

function isProgramOf({ wanted: service }: Change, { wanted }: Change): boolean {
  return wanted?.kind === 'package' && service?.kind === 'service' && wanted.runs === service.name;
}

function isReadBy(role: ServiceRole, { wanted }: Change): boolean {
  return wanted?.kind === 'file' && roleOf(wanted) === role;
}

/**
 * What keepalived looks at only when it reads its configuration: that itself, and whether a script may be run and by
 * whom. A script that was missing then, or not executable, stays disabled after it is back.
 */
function isReadByRouter({ wanted, observed }: Change): boolean {
  if (wanted?.kind === 'user') return observed === undefined;
  if (wanted?.kind !== 'file' || wanted.effect === 'daemon-reload') return false;
  if ((roleOf(wanted) ?? 'router') !== 'router') return false;
  if (wanted.effect === 'reload' || observed?.kind !== 'file') return true;
  return wanted.mode !== observed.mode || wanted.owner !== observed.owner || wanted.group !== observed.group;
}

function changeOf(
  key: ResourceKey,
  wanted: Resource | undefined,
  observation: Observation | undefined,
): Change {
  const observed = observation?.status === 'present' ? observation.resource : undefined;
  const both = {
    ...(wanted === undefined ? {} : { wanted }),
    ...(observed === undefined ? {} : { observed }),
  };
  if (wanted === undefined) return { key, action: observed === undefined ? 'none' : 'remove', ...both };
  if (observed === undefined) return { key, action: 'create', ...both };
  return { key, action: isSame(wanted, observed) ? 'none' : 'update', ...both };
}
