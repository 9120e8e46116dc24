import type { IpAddress } from '../../src/domain/address.ts';
import type { HostSnapshot } from '../../src/plan/snapshot.ts';
import { interfaceName } from './branded.ts';
import { hostName } from './branded.ts';
import { macOf } from './cluster.ts';

/** A host that has an additional VIP beside what it has, or sees who does. */
export function addressedAs(
  snapshot: HostSnapshot,
  vip: IpAddress,
  { owner }: { readonly owner: string },
): HostSnapshot {
  const { network } = snapshot.facts;
  const own = { interface: interfaceName('eth0'), prefix: { address: vip, length: 32 } };
  const isOwner = snapshot.intent.name === hostName(owner);
  const seen = owner === 'none' ? network.neighbours : new Map([...network.neighbours, [vip, macOf(owner)]]);
  return {
    ...snapshot,
    facts: {
      ...snapshot.facts,
      network: isOwner
        ? { ...network, addresses: [...network.addresses, own] }
        : { ...network, neighbours: seen },
    },
  };
}
