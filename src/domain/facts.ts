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
  /** Absent in a look at the virtual router alone. */
  readonly kubernetes?: KubernetesFacts;
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

/** What runs on a host beside the virtual router, as far as it names addresses or moves some itself. */
export interface KubernetesFacts {
  readonly running: readonly KubernetesProgram[];
  readonly settings: readonly KubernetesSetting[];
  /** Static pods that move addresses themselves. */
  readonly pods: readonly VipPod[];
}

/** A manifest of kubelet's whose pod moves an address. */
export interface VipPod {
  readonly kind: 'keepalived' | 'kube-vip';
  readonly file: string;
  /** Whatever in it is an address. */
  readonly addresses: readonly IpAddress[];
  /** What its environment sets, by the name: `vip_interface`, `VRID`. */
  readonly settings: ReadonlyMap<string, string>;
}

export type KubernetesProgram = 'kubelet' | 'etcd' | 'kube-apiserver' | 'kube-proxy' | 'kube-router';

/** A setting that makes an address that of a node. */
export interface KubernetesSetting {
  readonly program: KubernetesProgram;
  /** As its flag, without the dashes: `node-ip`. */
  readonly name: string;
  readonly value: string;
  /** The file that it stands in; absent: the command line of the process that runs. */
  readonly file?: string;
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
  /** Absent on a host that takes the VIP as its priority says. */
  readonly drained?: Drained;
}

/** Who has drained a host, and when. */
export interface Drained {
  /** `user@machine`; absent when the file does not say so. */
  readonly by?: string;
  /** Seconds since the epoch; absent likewise. */
  readonly since?: number;
}

/** What on a host may take the VIP away, or make it useless; only `check` asks for it. */
export interface SurroundingFacts {
  /** Tunnels of a container network that end at an address of this host. */
  readonly tunnels: readonly TunnelEnd[];
  /** Who configures the interface of the VIP, of those who would take addresses away that are not theirs. */
  readonly linkManager?: LinkManager;
  readonly selinux: SelinuxFacts;
  /** The certificate that this host's own API server serves, in PEM; absent when it could not be asked. */
  readonly certificate?: string;
}

export interface TunnelEnd {
  readonly interface: InterfaceName;
  readonly local: IpAddress;
}

export type LinkManager =
  | {
      readonly kind: 'networkd';
      /** The .network file in force. */
      readonly file: string;
      /** `KeepConfiguration=` as it is in force; absent when nothing sets it. */
      readonly keeps?: string;
    }
  | { readonly kind: 'network-manager'; readonly connection: string };

export interface SelinuxFacts {
  readonly mode: 'enforcing' | 'permissive' | 'disabled';
  readonly canRelabel: boolean;
  /** The types of our scripts that are there, by path. */
  readonly labels: ReadonlyMap<string, string>;
}
