import { vipsIn } from '../backends/keepalived/identity.ts';
import { familyOf, parseIpAddress, type IpAddress } from '../domain/address.ts';
import type { InterfaceAddress } from '../domain/facts.ts';
import type { HostName } from '../domain/names.ts';
import type { Change, HostPlan } from '../domain/plan.ts';
import {
  addressName,
  resourceKey,
  type Observation,
  type Resource,
  type Wanted,
} from '../domain/resource.ts';
import type { Check } from '../domain/verdict.ts';
import { holdsAddress } from '../facts/network.ts';
import { CONF_KEY, confText, runsKeepalived } from './seen.ts';
import type { HostSnapshot } from './snapshot.ts';

/** A host, and what it shall be. */
interface Side {
  readonly snapshot: HostSnapshot;
  readonly wanted: Wanted;
}

/**
 * The VIPs that a host of ours has although its keepalived does not run: what one that was killed has left. It answers for
 * them, and nobody moves them.
 */
export function leftoversOf(snapshot: HostSnapshot, vips: readonly IpAddress[]): readonly InterfaceAddress[] {
  if (snapshot.recorded.latest === undefined || runsKeepalived(snapshot)) return [];
  const moved = [...vips, ...vipsOfConf(snapshot.observed.get(CONF_KEY))];
  return snapshot.facts.network.addresses.filter(
    ({ prefix: { address, length } }) =>
      length === (familyOf(address) === 4 ? 32 : 128) && moved.includes(address),
  );
}

/** What is said of one of them. */
export function leftover(host: HostName, address: string, status: 'warn' | 'fail'): Check {
  return {
    name: 'leftover',
    host,
    status,
    evidence: `${address} is there, and keepalived does not run: one that was killed has left it`,
    hint: `konvoy-ha apply puts it right; by hand, where another host has it: ip addr del ${address}`,
  };
}

/**
 * The plans, with what has been left taken away: at once where a host that runs has it as well, and at the end where the host
 * is to have it no more. Otherwise it stays until keepalived starts, which takes it up or takes it away: until then it may be
 * all that answers.
 */
export function withoutLeftovers(
  vip: IpAddress,
  hosts: readonly Side[],
  { plans, leftOut }: { readonly plans: readonly HostPlan[]; readonly leftOut: readonly Side[] },
): readonly HostPlan[] {
  const all = [...hosts, ...leftOut];
  return plans.map((plan, index) => {
    const host = hosts[index];
    if (host === undefined) return plan;
    const changes = leftoversOf(host.snapshot, [vip]).flatMap((left): readonly Change[] => {
      const isSpare = all.some(
        ({ snapshot }) =>
          runsKeepalived(snapshot) && holdsAddress(snapshot.facts.network, left.prefix.address),
      );
      const isWanted = vipsOfConf(host.wanted.get(CONF_KEY)).includes(left.prefix.address);
      return isSpare || !isWanted ? [removal(left, isSpare)] : [];
    });
    return changes.length === 0 ? plan : { ...plan, changes: [...plan.changes, ...changes] };
  });
}

function removal(left: InterfaceAddress, isSpare: boolean): Change {
  const observed: Resource = { kind: 'address', name: addressName(left), ...left, isSpare };
  return { key: resourceKey(observed), action: 'remove', observed };
}

function vipsOfConf(seen: Observation | Resource | undefined): readonly IpAddress[] {
  const { vips, excluded } = vipsIn(confText(seen));
  return [...vips, ...excluded].flatMap((prefix) => {
    const address = parseIpAddress(prefix.split('/')[0]);
    return address.ok ? [address.value] : [];
  });
}
