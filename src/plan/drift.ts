import type { Generation } from '../domain/generation.ts';
import { resourceKey, type Observed, type ResourceKey, type Wanted } from '../domain/resource.ts';
import { diff } from './diff.ts';

/** The keys whose state is not what the latest generation left: somebody or something else changed them. */
export function driftOf(recorded: Generation | undefined, observed: Observed): readonly ResourceKey[] {
  if (recorded === undefined) return [];
  const wanted: Wanted = new Map(recorded.resources.map((resource) => [resourceKey(resource), resource]));
  return diff(wanted, observed).flatMap((change) => (change.action === 'none' ? [] : [change.key]));
}
