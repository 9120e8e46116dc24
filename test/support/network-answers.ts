import { familyOf, prefixContains, type IpAddress } from '../../src/domain/address.ts';
import type { CommandResult } from '../../src/domain/command.ts';
import { ip } from './branded.ts';
import { complained, said } from './command-results.ts';

/** The network of a host, as an administrator would write it down. */
export interface HostNetwork {
  /** Interfaces in kernel order; without a loopback, which every host has. */
  readonly interfaces: readonly {
    readonly name: string;
    readonly mac: string;
    /** `address/length`, the first one primary. */
    readonly addresses: readonly string[];
    /** The kernel prefers the lower one among routes of one length. */
    readonly metric?: number;
    readonly isDown?: boolean;
  }[];
  /** The interface that the VIP stands on, as keepalived puts it there: with a prefix of one address. */
  readonly holds?: string;
  /** What `ip neigh show VIP` says, if anything. */
  readonly neighbour?: string;
}

/** What Debian 12 (iproute2 6.1) answers to the probes of the network fact about `vip`, in their order. */
export function networkAnswers(network: HostNetwork, vip: IpAddress): readonly CommandResult[] {
  return [
    said(addressLines(network, vip)),
    said(linkLines(network)),
    routeLine(network, vip),
    said(network.neighbour === undefined ? '' : `${network.neighbour}\n`),
  ];
}

function addressLines(network: HostNetwork, vip: IpAddress): string {
  const family = (address: string): string => (address.includes(':') ? 'inet6' : 'inet');
  const forever = '\\       valid_lft forever preferred_lft forever';
  const lines = network.interfaces.flatMap(({ name, addresses }, index) => {
    const held = network.holds === name ? [`${vip}/${familyOf(vip) === 4 ? 32 : 128}`] : [];
    return [...addresses, ...held].map(
      (address) => `${index + 2}: ${name}    ${family(address)} ${address} scope global ${name}${forever}`,
    );
  });
  return ['1: lo    inet 127.0.0.1/8 scope host lo' + forever, ...lines, ''].join('\n');
}

function linkLines(network: HostNetwork): string {
  const lines = network.interfaces.map(({ name, mac, isDown }, index) => {
    const flags = isDown === true ? 'BROADCAST,MULTICAST' : 'BROADCAST,MULTICAST,UP,LOWER_UP';
    return `${index + 2}: ${name}: <${flags}> mtu 1500 qdisc fq_codel mode DEFAULT group default qlen 1000\\    link/ether ${mac} brd ff:ff:ff:ff:ff:ff`;
  });
  const loopback = '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT';
  return [`${loopback}\\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00`, ...lines, ''].join('\n');
}

/** The longest prefix wins, then the lowest metric: what fib_lookup does with connected routes. */
function routeLine(network: HostNetwork, vip: IpAddress): CommandResult {
  if (network.holds !== undefined) {
    return said(`local ${vip} dev lo src ${vip} uid 0 \n    cache <local> \n`);
  }
  const routes = network.interfaces
    .filter(({ isDown }) => isDown !== true)
    .flatMap(({ name, addresses, metric = 0 }) =>
      addresses.map((text) => {
        const [address = '', length = ''] = text.split('/');
        return { name, metric, prefix: { address: ip(address), length: Number(length) } };
      }),
    )
    .filter(({ prefix }) => prefixContains(prefix, vip))
    .toSorted((a, b) => b.prefix.length - a.prefix.length || a.metric - b.metric);
  const [best] = routes;
  if (best === undefined) return complained('RTNETLINK answers: Network is unreachable', 2);
  return said(`${vip} dev ${best.name} src ${best.prefix.address} uid 0 \n    cache \n`);
}
