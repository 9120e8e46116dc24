import { familyOf, prefixContains, type IpAddress } from '../domain/address.ts';
import type { NetworkFacts } from '../domain/facts.ts';
import type { InterfaceName } from '../domain/names.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { ownAddressFor } from '../facts/network.ts';

/** The interface of a host that carries the VIP, and the host's own address on it. */
export interface VipInterface {
  readonly interface: InterfaceName;
  readonly source: IpAddress;
}

/** Why a host cannot carry the VIP, and what to do about it. */
export interface InterfaceProblem {
  readonly message: string;
  readonly hints: readonly string[];
}

/**
 * The interface that was asked for, else the one that the route to the VIP leaves by. A host that holds the VIP says
 * `local`; there the interface is the one whose connected prefix contains the VIP.
 */
export function vipInterface(
  network: NetworkFacts,
  vip: IpAddress,
  asked: InterfaceName | undefined,
): Result<VipInterface, InterfaceProblem> {
  const device = asked === undefined ? routedInterface(network, vip) : askedInterface(network, asked);
  if (!device.ok) return device;
  const source = ownAddressFor(network, device.value, vip);
  if (source === undefined) return err(offLink(network, vip, device.value));
  return ok({ interface: device.value, source });
}

/** Why an additional VIP cannot stand on the interface of the VIP, if it cannot. */
export function besideVip(
  network: NetworkFacts,
  additional: IpAddress,
  device: InterfaceName,
): InterfaceProblem | undefined {
  // The holder has it as a prefix of one address, which is no subnet.
  const isThere = network.addresses.some(
    ({ interface: name, prefix }) =>
      name === device && prefix.length < onePrefixLength(additional) && prefixContains(prefix, additional),
  );
  if (isThere) return undefined;
  const [addresses = ''] = offLink(network, additional, device).hints;
  return {
    message: `the additional VIP ${additional} is outside every subnet of ${device}, where the VIP is`,
    hints: [addresses, 'choose a free address of one of them for additionalVIPs'],
  };
}

function onePrefixLength(address: IpAddress): number {
  return familyOf(address) === 4 ? 32 : 128;
}

function askedInterface(
  network: NetworkFacts,
  asked: InterfaceName,
): Result<InterfaceName, InterfaceProblem> {
  const link = network.links.find((candidate) => candidate.interface === asked);
  const names = network.links.map((candidate) => candidate.interface).join(', ');
  if (link === undefined)
    return err({ message: `there is no interface ${asked}`, hints: [`interfaces there: ${names}`] });
  if (!link.isUp)
    return err({ message: `interface ${asked} is down`, hints: [`bring it up: ip link set ${asked} up`] });
  return ok(asked);
}

function routedInterface(network: NetworkFacts, vip: IpAddress): Result<InterfaceName, InterfaceProblem> {
  switch (network.route.kind) {
    case 'on-link':
      return ok(network.route.interface);
    case 'via-gateway':
      return err(offLink(network, vip, network.route.interface));
    case 'held-here': {
      // Where it stands is where it was put; only when that is no link of its subnet does the longest prefix decide.
      const carrier = network.addresses.find((entry) => entry.prefix.address === vip)?.interface;
      const connected = network.connected.find((name) => name === carrier) ?? network.connected[0];
      return connected === undefined ? err(offLink(network, vip, undefined)) : ok(connected);
    }
    case 'none':
      return err({ message: `there is no route to the VIP ${vip}`, hints: [SAME_SUBNET] });
  }
}

function offLink(network: NetworkFacts, vip: IpAddress, device: InterfaceName | undefined): InterfaceProblem {
  const prefixes = network.addresses
    .filter((entry) => entry.interface !== 'lo' && entry.prefix.address !== vip)
    .map((entry) => `${entry.prefix.address}/${entry.prefix.length} on ${entry.interface}`);
  const where = device === undefined ? 'any interface' : device;
  return {
    message: `the VIP ${vip} is outside every subnet of ${where}: VRRP can only move an address of its own link`,
    hints: [
      prefixes.length === 0 ? 'the host has no address at all' : `addresses there: ${prefixes.join(', ')}`,
      SAME_SUBNET,
    ],
  };
}

const SAME_SUBNET = "choose a free address of the control-plane hosts' own subnet for control_plane_endpoint";
