import type { HostName } from '../domain/names.ts';
import type { Priority } from '../domain/vrrp.ts';

/** One host's claim to a priority. */
export interface PriorityClaim {
  readonly host: HostName;
  /** What the inventory asks for. */
  readonly configured?: Priority;
  /** What the host's latest generation has. */
  readonly recorded?: Priority;
}

/**
 * One distinct priority for each host. What the inventory asks for wins, then what the host already has, so that
 * neither the order of the inventory nor a new host moves anybody; new hosts get the best free slot in inventory
 * order: the first host of a new cluster is the highest. Returns the hosts that could not have one as `undefined`.
 */
export function assignPriorities(
  claims: readonly PriorityClaim[],
): ReadonlyMap<HostName, Priority | undefined> {
  const taken = new Set<number>(claims.flatMap((claim) => claim.configured ?? []));
  const assigned = new Map<HostName, Priority | undefined>();
  for (const { host, configured } of claims) if (configured !== undefined) assigned.set(host, configured);
  for (const { host, configured, recorded } of claims) {
    if (configured !== undefined || recorded === undefined || taken.has(recorded)) continue;
    taken.add(recorded);
    assigned.set(host, recorded);
  }
  for (const { host } of claims) {
    if (assigned.has(host)) continue;
    const free = SLOTS.find((slot) => !taken.has(slot));
    if (free !== undefined) taken.add(free);
    assigned.set(host, free);
  }
  return assigned;
}

/** The distance between the highest and the lowest priority. */
export function prioritySpread(priorities: readonly number[]): number {
  return priorities.length === 0 ? 0 : Math.max(...priorities) - Math.min(...priorities);
}

/**
 * 250, 240, … 200, then the gaps, down to 191: high, because a backup's delay is (256 − priority)/256 of an advert
 * interval, and within 59, because a host that is not ready falls by 60 and must fall below all others.
 */
const SLOTS: readonly Priority[] = [
  ...[250, 240, 230, 220, 210, 200],
  ...[245, 235, 225, 215, 205, 195],
  ...Array.from({ length: 60 }, (_, index) => 250 - index).filter((priority) => priority % 5 !== 0),
].map((priority) => priority as Priority);
