import type { IpAddress, IpPrefix } from './address.ts';
import type { InterfaceName } from './names.ts';
import type { OpeningRule } from './opening.ts';
import type { RouterState } from './vrrp.ts';

/** What a host is, as far as a plan depends on it. */
export interface HostFacts {
  readonly os: OsFacts;
  /** systemd's machine id; two hosts with one id are one machine or a cloned disk. */
  readonly machineId?: string;
  readonly isRoot: boolean;
  readonly network: NetworkFacts;
  /** HTTPS clients that check scripts can use, best first. */
  readonly httpsClients: readonly HttpsClient[];
  readonly api: ApiState;
  readonly keepalived: KeepalivedFacts;
  /** Absent where no balancer was asked about. */
  readonly balancer?: BalancerFacts;
  /** What the package manager could install, of the packages whose version matters. */
  readonly offers: ReadonlyMap<string, PackageOffer>;
  readonly firewall: FirewallFacts;
}

/** What stands between a host and its peers, as far as the host tells. */
export interface FirewallFacts {
  /** Programs that make rules on this host and are on. */
  readonly programs: readonly ('ufw' | 'firewalld')[];
  /** Every chain of the kernel's that what comes in or goes out has to pass; not those that firewalld made. */
  readonly chains: readonly FilterChain[];
}

/** A chain that packets enter by themselves, with those that it leads to. */
export interface FilterChain {
  readonly family: 'ip' | 'ip6' | 'inet';
  readonly table: string;
  readonly name: string;
  readonly hook: 'input' | 'output';
  readonly policy: 'accept' | 'drop';
  /** The rules of others, in their order. */
  readonly steps: readonly FilterStep[];
  /** The rules that carry our mark. */
  readonly ours: readonly OpeningRule[];
}

/** One rule of a chain. */
export interface FilterStep {
  /** Which packets, as the tool that listed it writes it; empty: all. */
  readonly conditions: string;
  /** `other`: the packet goes on to the next rule. */
  readonly verdict: 'accept' | 'drop' | 'return' | 'jump' | 'goto' | 'other';
  /** Where a jump leads. */
  readonly steps?: readonly FilterStep[];
}

/** The versions of a package that a host could install, by the lists that it has. */
export interface PackageOffer {
  /** What it would install; absent when it has none. */
  readonly candidate?: string;
  readonly versions: readonly string[];
}

/** What a host's balancer does, or what would stand in its way. */
export interface BalancerFacts {
  readonly port: number;
  /** Whether anything listens there. */
  readonly listens: boolean;
  /** Whether what reaches the VIP is sent there. */
  readonly redirects: boolean;
  /** The HTTP status that comes back from there; absent when none does. */
  readonly answer?: number;
}

export interface OsFacts {
  /** `ID` of os-release(5), lower case. */
  readonly id: string;
  readonly idLike: readonly string[];
  readonly versionId: string;
  readonly prettyName: string;
  readonly initSystem: 'systemd' | 'openrc' | 'unknown';
}

export interface NetworkFacts {
  readonly addresses: readonly InterfaceAddress[];
  readonly links: readonly Link[];
  /** The kernel's answer to `ip route get VIP`. */
  readonly route: RouteToVip;
  /** Interfaces with a directly connected prefix that contains the VIP, longest prefix first. */
  readonly connected: readonly InterfaceName[];
  /** The link-layer address that this host has in its neighbour table for each VIP that somebody answered for. */
  readonly neighbours: ReadonlyMap<IpAddress, string>;
}

export interface InterfaceAddress {
  readonly interface: InterfaceName;
  readonly prefix: IpPrefix;
}

export interface Link {
  readonly interface: InterfaceName;
  /** Link-layer address, lower case; absent on links that have none. */
  readonly mac?: string;
  readonly isUp: boolean;
}

export type RouteToVip =
  | { readonly kind: 'on-link'; readonly interface: InterfaceName; readonly source?: IpAddress }
  | { readonly kind: 'via-gateway'; readonly interface: InterfaceName; readonly gateway: string }
  | { readonly kind: 'held-here' }
  | { readonly kind: 'none' };

export type HttpsClient = 'curl' | 'openssl';

/** This host's own API server: it answers, it refuses connections, or it is silent (or nothing could ask it). */
export type ApiState = 'answers' | 'refuses' | 'silent';

export interface KeepalivedFacts {
  /** As `keepalived --version` prints it, without the `v`; absent when not installed. */
  readonly version?: string;
  /** What the notify script last wrote. */
  readonly state: RouterState;
  /** When that was, seconds since the epoch. */
  readonly stateSince?: number;
}
