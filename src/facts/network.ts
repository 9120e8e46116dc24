import {
  familyOf,
  parseIpAddress,
  prefixContains,
  type IpAddress,
  type IpPrefix,
} from '../domain/address.ts';
import { probe, probeScript, stdoutOf, type CommandResult } from '../domain/command.ts';
import type { InterfaceAddress, Link, NetworkFacts, RouteToVip } from '../domain/facts.ts';
import { parseInterfaceName, type InterfaceName } from '../domain/names.ts';
import type { Fact } from './fact.ts';

/**
 * Addresses, links, the route to the VIP, and who answers for it and for the additional VIPs. `ip` is read as text, because BusyBox's has no `-json`. When the host
 * holds the VIP the route says `local … dev lo`; then the connected prefixes say which interface it belongs to.
 */
export function networkFact(vip: IpAddress, additional: readonly IpAddress[] = []): Fact<NetworkFacts> {
  const family = `-${familyOf(vip)}`;
  return {
    probes: [
      probe('ip', '-o', 'address', 'show'),
      probe('ip', '-o', 'link', 'show'),
      probe('ip', family, 'route', 'get', vip),
      probeScript(WHO_HAS, vip, ...additional),
    ],
    parse: (results) => {
      const [addressText, linkText, routeText, neighbourText] = results.map(stdoutOf);
      const addresses = parseAddresses(addressText ?? '');
      return {
        addresses,
        links: parseLinks(linkText ?? ''),
        route: parseRoute(routeText ?? '', results[2]),
        connected: connectedInterfaces(addresses, vip),
        neighbours: parseNeighbours(neighbourText ?? ''),
      };
    },
  };
}

/** True when the host has the address on any interface. */
export function holdsAddress(network: NetworkFacts, address: IpAddress): boolean {
  return network.addresses.some((entry) => entry.prefix.address === address);
}

/** The host's own address for a VIP: on that interface, in a prefix that contains the VIP, and not the VIP itself. */
export function ownAddressFor(
  network: NetworkFacts,
  device: InterfaceName,
  vip: IpAddress,
): IpAddress | undefined {
  return network.addresses.find(
    (entry) =>
      entry.interface === device && entry.prefix.address !== vip && prefixContains(entry.prefix, vip),
  )?.prefix.address;
}

/**
 * Reads `ip -o address show`: `2: eth0    inet 10.0.0.1/24 brd … scope global eth0`. Temporary addresses (RFC 8981)
 * are left out: they stand first in the list and are others tomorrow, so nothing can be built on them.
 */
export function parseAddresses(text: string): readonly InterfaceAddress[] {
  return text.split('\n').flatMap((line) => {
    if (/ scope \S+ (?:\S+ )*?temporary /.test(line)) return [];
    const match =
      /^\d+:\s+(?<device>\S+)\s+inet6?\s+(?<address>[0-9a-fA-F.:]+)(?: peer \S+?)?\/(?<length>\d+)\s/.exec(
        line,
      )?.groups;
    const device = parseInterfaceName(match?.['device']);
    const address = parseIpAddress(match?.['address']);
    if (!device.ok || !address.ok) return [];
    const prefix: IpPrefix = { address: address.value, length: Number(match?.['length']) };
    return [{ interface: device.value, prefix }];
  });
}

/** Reads `ip -o link show`: `2: eth0@if5: <BROADCAST,UP> … state UP … link/ether aa:bb:… brd …`. */
export function parseLinks(text: string): readonly Link[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\d+:\s+(?<device>[^\s:@]+)(?:@[^\s:]+)?:\s+<(?<flags>[^>]*)>/.exec(line)?.groups;
    const device = parseInterfaceName(match?.['device']);
    if (!device.ok) return [];
    const mac = /link\/ether (?<mac>[0-9a-f:]{17})/i.exec(line)?.groups?.['mac'];
    const isUp = (match?.['flags'] ?? '').split(',').includes('UP');
    return [{ interface: device.value, isUp, ...(mac === undefined ? {} : { mac: mac.toLowerCase() }) }];
  });
}

/** Reads `ip route get VIP`. */
export function parseRoute(text: string, result?: CommandResult): RouteToVip {
  const line = text.split('\n')[0] ?? '';
  if (result?.exitCode !== 0 || line === '' || /^(unreachable|prohibit|blackhole)/.test(line))
    return { kind: 'none' };
  if (line.startsWith('local ')) return { kind: 'held-here' };
  const device = parseInterfaceName(/ dev (?<device>\S+)/.exec(line)?.groups?.['device']);
  if (!device.ok) return { kind: 'none' };
  const gateway = / via (?:inet6? )?(?<gateway>\S+)/.exec(line)?.groups?.['gateway'];
  if (gateway !== undefined) return { kind: 'via-gateway', interface: device.value, gateway };
  const source = parseIpAddress(/ src (?<source>\S+)/.exec(line)?.groups?.['source']);
  return { kind: 'on-link', interface: device.value, ...(source.ok ? { source: source.value } : {}) };
}

/** Reads `ip neigh show VIP` of each; an entry without a link-layer address, or one that failed, means that nobody answered. */
export function parseNeighbours(text: string): ReadonlyMap<IpAddress, string> {
  const neighbours = new Map<IpAddress, string>();
  for (const line of text.split('\n')) {
    const address = parseIpAddress(line.split(' ')[0]);
    const mac = / lladdr (?<mac>[0-9a-f:]{17})/i.exec(line)?.groups?.['mac'];
    if (!address.ok || mac === undefined || / (FAILED|INCOMPLETE)/.test(line)) continue;
    if (!neighbours.has(address.value)) neighbours.set(address.value, mac.toLowerCase());
  }
  return neighbours;
}

function connectedInterfaces(
  addresses: readonly InterfaceAddress[],
  vip: IpAddress,
): readonly InterfaceName[] {
  const matching = addresses.filter(
    (entry) => entry.prefix.address !== vip && prefixContains(entry.prefix, vip),
  );
  return [
    ...new Set(
      matching.toSorted((a, b) => b.prefix.length - a.prefix.length).map((entry) => entry.interface),
    ),
  ];
}

/**
 * Any packet to the VIP makes the kernel ask for its link-layer address, so the neighbour table tells who owns it
 * even where ICMP is dropped. arping(8) would not do: its two implementations have opposite exit codes.
 * The entry of a machine that has gone stays for a minute: without an answer the kernel is made to forget it and to
 * ask anew.
 */
const WHO_HAS = `ask() { ping -c 1 -W 1 "$1" >/dev/null 2>&1 || { command -v curl >/dev/null 2>&1 && curl -s --noproxy '*' --connect-timeout 1 "$url"; } >/dev/null 2>&1; }
for vip in "$@"; do
  case $vip in *:*) url="http://[$vip]:9/";; *) url="http://$vip:9/";; esac
  ask "$vip" || case $(ip neigh show "$vip") in *lladdr*) ip neigh flush to "$vip"; ask "$vip";; esac
  ip neigh show "$vip"
done`;
