import type { HostName } from '../domain/names.ts';
import type { ResourceKey, Wanted } from '../domain/resource.ts';
import { wantedInstead } from './assemble.ts';
import { withCauses } from './cause.ts';
import type { Desired } from './desire.ts';
import { diff } from './diff.ts';
import type { HostSnapshot } from './snapshot.ts';

/** What we once left and do not want any more goes back to what was there before. */
export function mergeWanted(desired: Wanted | undefined, snapshot: HostSnapshot): Wanted {
  const resources = [...(desired ?? new Map()).values()].filter((resource) => resource !== undefined);
  return wantedInstead(resources, snapshot.recorded.latest);
}

/** By host, the keys for which the inventory asks for something else than the latest generation left. */
export function pendingKeys(
  { wanted }: Desired,
  snapshots: readonly HostSnapshot[],
): ReadonlyMap<HostName, readonly ResourceKey[]> {
  const entries = snapshots.map(({ intent, observed, recorded, ...rest }) => {
    const own = mergeWanted(wanted.get(intent.name), { intent, observed, recorded, ...rest });
    const changes = withCauses(diff(own, observed), recorded.latest, observed);
    const keys = changes.flatMap(({ key, cause }) =>
      cause === 'asked-for' || cause === 'both' ? [key] : [],
    );
    return [intent.name, keys] as const;
  });
  return new Map(entries);
}
