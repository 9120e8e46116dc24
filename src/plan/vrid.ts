import { lastOctet, type IpAddress } from '../domain/address.ts';
import type { Vrid } from '../domain/vrrp.ts';

/** Where the VRID of a plan comes from. */
export interface VridChoice {
  readonly vrid: Vrid;
  /** `drawn`: the one that the VIP suggests is in use by somebody else. */
  readonly origin: 'configured' | 'in-use' | 'chosen' | 'drawn';
}

/** What a choice depends on beside the input. */
export interface VridUse {
  /** On the hosts of the cluster. */
  readonly inUse: readonly Vrid[];
  /** By others. */
  readonly taken: ReadonlySet<Vrid>;
  /** 0 ≤ draw < 1. */
  readonly draw: number;
}

/**
 * The configured VRID; else the one that the hosts already use, for good; else the last octet of the VIP, so that two
 * VIPs of one /24 can never clash; else one of those that nobody uses, drawn, so that two who look at the same time
 * hardly ever take the same. Undefined when all are in use.
 */
export function chooseVrid(
  vip: IpAddress,
  configured: Vrid | undefined,
  { inUse, taken, draw }: VridUse,
): VridChoice | undefined {
  if (configured !== undefined) return { vrid: configured, origin: 'configured' };
  const kept = mostFrequent(inUse);
  if (kept !== undefined) return { vrid: kept, origin: 'in-use' };
  const suggested = suggestedVrid(vip);
  if (!taken.has(suggested)) return { vrid: suggested, origin: 'chosen' };
  const free = freeVrids(taken);
  const drawn = free[Math.floor(draw * free.length)];
  return drawn === undefined ? undefined : { vrid: drawn, origin: 'drawn' };
}

/** All that are not taken, ascending; never 51. */
export function freeVrids(taken: ReadonlySet<Vrid>): readonly Vrid[] {
  return Array.from({ length: 255 }, (_, index) => (index + 1) as Vrid).filter(
    (vrid) => vrid !== 51 && !taken.has(vrid),
  );
}

/** 0 is no VRID and 51 is everybody's example, so those two become 101 more. */
function suggestedVrid(vip: IpAddress): Vrid {
  const octet = lastOctet(vip);
  return (octet === 0 || octet === 51 ? octet + 101 : octet) as Vrid;
}

/** Hosts of an interrupted run may disagree: the VRID that most of them have moves the fewest. */
function mostFrequent(vrids: readonly Vrid[]): Vrid | undefined {
  const counts = new Map<Vrid, number>();
  for (const vrid of vrids) counts.set(vrid, (counts.get(vrid) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0];
}
