import type { Generation } from '../domain/generation.ts';
import type { Change, ChangeCause } from '../domain/plan.ts';
import { resourceKey, type Observed, type Resource } from '../domain/resource.ts';
import { isSame } from '../resources/resources.ts';
import { driftOf } from './drift.ts';

/** The changes with what brought them about, as far as a generation tells what was there in between. */
export function withCauses(
  changes: readonly Change[],
  recorded: Generation | undefined,
  observed: Observed,
): readonly Change[] {
  if (recorded === undefined) return changes;
  const drifted = new Set(driftOf(recorded, observed));
  const left = new Map(recorded.resources.map((resource) => [resourceKey(resource), resource]));
  return changes.map((change) => {
    const cause = causeOf(change, drifted.has(change.key), left.get(change.key));
    return cause === undefined ? change : { ...change, cause };
  });
}

function causeOf(change: Change, isDrifted: boolean, left: Resource | undefined): ChangeCause | undefined {
  if (change.action === 'none') return isDrifted ? 'by-hand' : undefined;
  if (!isDrifted) return 'asked-for';
  return isAskedFor(change.wanted, left) ? 'both' : 'by-hand';
}

function isAskedFor(wanted: Resource | undefined, left: Resource | undefined): boolean {
  if (wanted === undefined || left === undefined) return wanted !== left;
  return !isSame(wanted, left);
}
