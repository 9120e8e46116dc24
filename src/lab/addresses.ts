import { KonvoyError } from '../domain/error.ts';

/** The addresses of one lab, all derived from the number of its subnet. */
export interface AddressPlan {
  readonly subnet: string;
  readonly subnet6: string;
  /** This machine's own address in the lab, and the only way in. */
  readonly gateway: string;
  readonly vip: string;
  readonly vip6: string;
}

/** One machine of a lab before it exists. */
export interface HostPlan {
  readonly name: string;
  readonly role: HostRole;
  readonly address: string;
  readonly address6: string;
  readonly interfaceName: string;
  /** Packages taken away at the first boot: hosts differ on purpose. */
  readonly withoutPackages: readonly string[];
}

/** A `stranger` is on the wire but not in the inventory. */
export type HostRole = 'host' | 'stranger';

/** How many labs can be up at once on a machine that has no other use for 10.77.0.0/20. */
export const subnetCount = 16;

/** The plan of the lab on the `number`th subnet, from 0. */
export function addressPlan(number: number): AddressPlan {
  return {
    subnet: `10.77.${number}.0/24`,
    subnet6: `${prefix6(number)}::/64`,
    gateway: `10.77.${number}.1`,
    vip: `10.77.${number}.100`,
    vip6: `${prefix6(number)}::100`,
  };
}

/** The machines of a lab, hosts first; throws when they would not fit beside the VIP. */
export function hostPlans(
  number: number,
  { hosts, strangers }: { readonly hosts: number; readonly strangers: number },
): readonly HostPlan[] {
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > maxHosts) {
    throw new KonvoyError(`a lab has 1 to ${maxHosts} hosts, not ${hosts}`, { code: 'lab-unavailable' });
  }
  if (!Number.isInteger(strangers) || strangers < 0 || strangers > maxStrangers) {
    throw new KonvoyError(`a lab has 0 to ${maxStrangers} strangers, not ${strangers}`, {
      code: 'lab-unavailable',
    });
  }
  const plan = (role: HostRole, name: string, place: number): HostPlan => ({
    name,
    role,
    address: `10.77.${number}.${place}`,
    address6: `${prefix6(number)}::${place}`,
    interfaceName: name === 'cp2' ? 'ens3' : 'eth0',
    withoutPackages: name === 'cp3' ? ['curl'] : [],
  });
  return [
    ...count(hosts).map((nth) => plan('host', `cp${nth}`, 10 + nth)),
    ...count(strangers).map((nth) => plan('stranger', `stranger${nth}`, 200 + nth)),
  ];
}

/** The subnets to try, in order: those on which this machine has no address yet. */
export function freeSubnets(ownAddresses: readonly string[]): readonly number[] {
  const taken = new Set(ownAddresses.map((address) => /^10\.77\.(\d+)\./.exec(address)?.[1]));
  return count(subnetCount)
    .map((nth) => nth - 1)
    .filter((number) => !taken.has(String(number)));
}

function prefix6(number: number): string {
  return number === 0 ? 'fd77' : `fd77:0:0:${number.toString(16)}`;
}

function count(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index + 1);
}

const maxHosts = 80;
const maxStrangers = 40;
