import type { IpAddress } from '../domain/address.ts';
import type { KeepalivedEndpoint } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { Check } from '../domain/verdict.ts';
import { holdsAddress } from '../facts/network.ts';
import { vipInterface } from './interface.ts';
import type { HostSnapshot } from './snapshot.ts';

/** What is wanted, and what the hosts are like. */
interface Seen {
  readonly endpoint: KeepalivedEndpoint;
  readonly snapshots: readonly HostSnapshot[];
}

/** The hosts that have an address. */
export function ownersOf({ snapshots }: Seen, vip: IpAddress): readonly HostName[] {
  return snapshots.filter(({ facts }) => holdsAddress(facts.network, vip)).map(({ intent }) => intent.name);
}

/** They move together with the VIP: whoever has it has them all, and nobody else has any. */
export function additionalVips(evidence: Seen, owners: readonly HostName[]): readonly Check[] {
  const place = owners.join(' and ') || 'no host';
  return evidence.endpoint.settings.additionalVips.map((vip): Check => {
    const having = ownersOf(evidence, vip).join(' and ') || 'no host';
    if (having === place)
      return { name: 'additional-vip', status: 'pass', evidence: `${vip} is on ${having}, as the VIP` };
    return {
      name: 'additional-vip',
      status: 'fail',
      evidence: `${vip} is on ${having}, while ${evidence.endpoint.vip} is on ${place}`,
      hint: 'somebody put it there by hand, or keepalived was killed and has left it: konvoy-ha status',
    };
  });
}

/** The first witness: exactly one host has the VIP. */
export function oneOwner({ endpoint, snapshots }: Seen, owners: readonly HostName[]): Check {
  const [owner] = owners;
  if (owners.length === 1 && owner !== undefined) {
    return {
      name: 'one-owner',
      status: 'pass',
      evidence: `${endpoint.vip} is on ${owner} and on no other of ${snapshots.length} hosts`,
    };
  }
  if (owner === undefined) {
    return {
      name: 'one-owner',
      status: 'fail',
      evidence: `no host has ${endpoint.vip}`,
      hint: 'look at keepalived on the hosts: konvoy-ha status',
    };
  }
  return {
    name: 'one-owner',
    status: 'fail',
    evidence: `split brain: ${owners.join(' and ')} all have ${endpoint.vip}`,
    hint: 'the hosts do not hear each other: let IP protocol 112 (VRRP) pass between them',
  };
}

/** The second witness: whom the other hosts would send to. It sees an owner that is none of ours. */
export function neighbours(
  { endpoint, snapshots }: Seen,
  owners: readonly HostName[],
  vip: IpAddress,
): readonly Check[] {
  const owner = snapshots.find(({ intent }) => intent.name === owners[0]);
  if (owner === undefined) return [];
  const own = vipInterface(owner.facts.network, endpoint.vip, owner.intent.interface);
  const mac = own.ok
    ? owner.facts.network.links.find((link) => link.interface === own.value.interface)?.mac
    : undefined;
  return snapshots
    .filter(({ intent }) => !owners.includes(intent.name))
    .map(({ intent, facts }): Check => {
      const seen = facts.network.neighbours.get(vip);
      const common = { name: 'neighbour', host: intent.name };
      if (seen === undefined)
        return {
          ...common,
          status: 'fail',
          evidence: `nobody answered for ${vip}`,
          hint: 'is the VIP filtered by a switch or a hypervisor (anti-spoofing)?',
        };
      if (mac === undefined || seen === mac)
        return { ...common, status: 'pass', evidence: `${vip} is at ${seen}, ${owner.intent.name}` };
      const twin = snapshots.find((other) => other.facts.network.links.some((link) => link.mac === seen));
      const whose = twin === undefined ? 'which is none of these hosts' : `which is ${twin.intent.name}`;
      return {
        ...common,
        status: 'fail',
        evidence: `${vip} is at ${seen}, ${whose}; it should be at ${mac}, ${owner.intent.name}`,
        hint: 'somebody else answers for the VIP, or an old entry was not refreshed by a gratuitous ARP',
      };
    });
}
