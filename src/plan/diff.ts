import type { Change, ServiceAction } from '../domain/plan.ts';
import type { Observation, Observed, Resource, ResourceKey, Wanted } from '../domain/resource.ts';
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

/** What the service has to do for the changes to count. */
export function serviceActionOf(changes: readonly Change[]): ServiceAction {
  const service = changes.find((change) => change.key.startsWith('service:'));
  const runs = service?.observed?.kind === 'service' && service.observed.running;
  const shallRun = service?.wanted?.kind === 'service' && service.wanted.running;
  if (runs && !shallRun) return 'stop';
  if (!runs) return shallRun ? 'start' : 'none';
  const needsReload = changes.some(
    (change) =>
      change.action !== 'none' && change.wanted?.kind === 'file' && change.wanted.effect === 'reload',
  );
  return needsReload ? 'reload' : 'none';
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
