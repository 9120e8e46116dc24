import type { IpAddress, IpPrefix } from './address.ts';
import type { InterfaceName } from './names.ts';
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
  /** Absent where IPVS was not asked about. */
  readonly ipvs?: IpvsFacts;
}

/** What the kernel of a host balances, or what would stand in its way. */
export interface IpvsFacts {
  /** Modules that the running kernel neither has nor could load. */
  readonly missingModules: readonly string[];
  /** Everything over TCP and IPv4 that is balanced, whoever asked for it. */
  readonly services: readonly IpvsService[];
  /** Whether what is balanced is masqueraded. */
  readonly masquerades: boolean;
  /** Who takes every service away that is not its own; absent when nobody does. */
  readonly reconciler?: string;
  /** Networks whose services that one leaves alone, where it could be seen. */
  readonly excluded: readonly string[];
}

export interface IpvsService {
  readonly address: string;
  readonly port: number;
  readonly servers: readonly IpvsServer[];
}

export interface IpvsServer {
  readonly address: string;
  readonly port: number;
  /** 0: it is given no new connections. */
  readonly weight: number;
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
