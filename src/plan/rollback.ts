import { newestOf, numbersOf, type DamagedGeneration, type Recorded } from '../domain/generation.ts';
import type { HostName } from '../domain/names.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { HostSnapshot } from './snapshot.ts';

/** Why it is not clear where a rollback goes. */
export type NoTarget =
  { readonly reason: 'nothing-recorded' } | { readonly reason: 'disagreement'; readonly words: string };

/**
 * The generation that a rollback goes to: the one before the newest, unless the operator says which. Hosts that disagree
 * about the newest one were not changed together, and going back one step each would mix what never was at one time.
 */
export function rollbackTarget(
  hosts: readonly HostSnapshot[],
  to: number | undefined,
): Result<number, NoTarget> {
  const newest = Math.max(0, ...hosts.map(({ recorded }) => newestOf(recorded)));
  if (newest === 0) return err({ reason: 'nothing-recorded' });
  if (to !== undefined) return ok(to);
  const words = disagreement(hosts);
  return words === undefined ? ok(newest - 1) : err({ reason: 'disagreement', words });
}

/** Which hosts have which newest generation, in words; undefined when all have the same. */
export function disagreement(hosts: readonly HostSnapshot[]): string | undefined {
  const byNewest = new Map<number, HostName[]>();
  for (const { intent, recorded } of hosts) {
    const newest = newestOf(recorded);
    byNewest.set(newest, [...(byNewest.get(newest) ?? []), intent.name]);
  }
  if (byNewest.size < 2) return undefined;
  return [...byNewest]
    .toSorted(([a], [b]) => b - a)
    .map(([number, names]) => `${number === 0 ? 'none' : number} on ${names.join(', ')}`)
    .join('; ');
}

/** What a host was at a generation. */
export type HostAt =
  | { readonly state: 'whole'; readonly number: number }
  | { readonly state: 'damaged'; readonly generation: DamagedGeneration }
  | { readonly state: 'unknown' };

/**
 * The generation that a host had when the cluster was at number `to`: a run on other hosts alone left none of that number
 * on it. A damaged one is never passed over for an older one: that is not what the host was.
 */
export function generationAt(recorded: Recorded, to: number): HostAt {
  const number = numbersOf(recorded).findLast((candidate) => candidate <= to);
  if (number === undefined) return { state: 'unknown' };
  const generation = recorded.damaged.find((candidate) => candidate.number === number);
  return generation === undefined ? { state: 'whole', number } : { state: 'damaged', generation };
}

/** Hosts that go to an older generation than the others, because they have none of that number, in words. */
export function exceptions(hosts: readonly HostSnapshot[], to: number): string {
  const others = hosts.flatMap(({ intent, recorded }) => {
    const at = generationAt(recorded, to);
    return at.state === 'whole' && at.number !== to ? [`${intent.name} to ${at.number}`] : [];
  });
  return others.length === 0 ? '' : ` (${others.join(', ')}: not part of run ${to})`;
}
