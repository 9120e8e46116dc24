import { lastOctet, type IpAddress } from '../domain/address.ts';
import type { Vrid } from '../domain/vrrp.ts';

/** Where the VRID of a plan comes from. */
export interface VridChoice {
  readonly vrid: Vrid;
  readonly origin: 'configured' | 'in-use' | 'chosen';
}

/**
 * The configured VRID; else the one that the hosts already use, for good; else the last octet of the VIP, so that two
 * VIPs of one /24 can never clash. 0 is no VRID and 51 is everybody's example, so those two become 101 more.
 */
export function chooseVrid(vip: IpAddress, configured: Vrid | undefined, inUse: readonly Vrid[]): VridChoice {
  if (configured !== undefined) return { vrid: configured, origin: 'configured' };
  const kept = mostFrequent(inUse);
  if (kept !== undefined) return { vrid: kept, origin: 'in-use' };
  const octet = lastOctet(vip);
  return { vrid: (octet === 0 || octet === 51 ? octet + 101 : octet) as Vrid, origin: 'chosen' };
}

/** Hosts of an interrupted run may disagree: the VRID that most of them have moves the fewest. */
function mostFrequent(vrids: readonly Vrid[]): Vrid | undefined {
  const counts = new Map<Vrid, number>();
  for (const vrid of vrids) counts.set(vrid, (counts.get(vrid) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0];
}
