import type { EndpointAddress, IpAddress } from './address.ts';
import type { Diagnostic, SourceSpan } from './error.ts';
import type { ClusterName, HostName, InterfaceName, PackageVersion } from './names.ts';
import type { Target } from './target.ts';
import type { AdvertIntervalMs, Priority, Profile, Vrid } from './vrrp.ts';

/** What the user's files ask for, with every single value checked; what hosts are like is not known yet. */
export interface Intent {
  readonly cluster: ClusterName;
  readonly endpoint: EndpointIntent;
  /** The control-plane hosts in inventory order, at least one. */
  readonly hosts: readonly HostIntent[];
  readonly warnings: readonly Diagnostic[];
}

/** The three kinds of endpoint, decided once from the input. */
export type EndpointIntent = KeepalivedEndpoint | CloudEndpoint | ExternalEndpoint;

/** A VIP that keepalived moves between the control-plane hosts. */
export interface KeepalivedEndpoint {
  readonly kind: 'keepalived';
  /** Why it is this kind, for the first line of a plan. */
  readonly because: string;
  readonly vip: IpAddress;
  readonly port: number;
  readonly settings: KeepalivedSettings;
  /** Where the endpoint was written, to point at when it cannot be right. */
  readonly span?: SourceSpan;
}

/** All addresses that move between the hosts, the VIP of the endpoint first. */
export function vipsOf({ vip, settings }: KeepalivedEndpoint): readonly IpAddress[] {
  return [vip, ...settings.additionalVips];
}

/** A load balancer that a cloud provider makes. */
export type CloudEndpoint = CloudBalancer & {
  /** Where clients reach it, once the provider has made it and an inventory says so. */
  readonly address?: EndpointAddress;
};

/** What a ClusterProvisioner asks of a cloud's load balancer. */
export type CloudBalancer = AwsBalancer | AzureBalancer | GcpBalancer;

export interface AwsBalancer {
  readonly kind: 'cloud';
  readonly because: string;
  readonly provider: 'aws';
  readonly region: string;
  readonly availabilityZones: readonly string[];
  /** The VPC that is there already; without it, Konvoy makes one. */
  readonly vpcId?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly elb: ElbSettings;
}

export interface ElbSettings {
  /** True: reachable only from within the VPC. */
  readonly internal: boolean;
  readonly subnetIds: readonly string[];
  /** The port that clients connect to. */
  readonly apiServerPort: number;
  readonly securityGroupIds: readonly string[];
}

export interface AzureBalancer {
  readonly kind: 'cloud';
  readonly because: string;
  readonly provider: 'azure';
  readonly loadBalancer: { readonly internal: boolean; readonly apiServerPort: number };
}

/** Konvoy lets nobody choose the port on GCP: it is 6443. */
export interface GcpBalancer {
  readonly kind: 'cloud';
  readonly because: string;
  readonly provider: 'gcp';
  readonly forwardingRule: { readonly internal: boolean };
}

export interface ExternalEndpoint {
  readonly kind: 'external';
  readonly because: string;
  readonly host: string;
  readonly port: number;
}

/** How the hosts of a virtual router hear each other. */
export type RouterMode = 'unicast' | 'multicast';

/** What spreads the requests that reach the VIP over the API servers. */
export type LoadBalancer = 'none' | 'haproxy' | 'ipvs';

export interface KeepalivedSettings {
  readonly profile: Profile;
  readonly advertIntervalMs: AdvertIntervalMs;
  readonly interface?: InterfaceName;
  readonly vrid?: Vrid;
  readonly mode: RouterMode;
  /** True: the VIP goes back to the preferred host when that is well again. */
  readonly preempt: boolean;
  readonly loadBalancer: LoadBalancer;
  /** Where haproxy listens; never the port of the endpoint. Absent: a port that hardly anything else has. */
  readonly loadBalancerPort?: number;
  /** Addresses that move together with the VIP; none of them is the VIP, a host's, or there twice. */
  readonly additionalVips: readonly IpAddress[];
  readonly healthCheck: HealthCheck;
  /** The version of keepalived's package: whichever is there, the newest that a host can install, or that very one. */
  readonly packageVersion: PackageVersion;
  /** Where those were written that not every backend can do; what is not in it has its default. */
  readonly sources: Readonly<Partial<Record<BackendSetting, SettingSource>>>;
}

/** A setting that not every host or backend can do. */
export type BackendSetting = 'preempt' | 'loadBalancer' | 'packageVersion';

/** Where the user wrote a setting. */
export interface SettingSource {
  /** As its file calls it: `all.vars.keepalived_mode`. */
  readonly name: string;
  readonly span: SourceSpan;
}

/** How the readiness of an API server is asked (DESIGN §5a, the `ready` script). */
export interface HealthCheck {
  /** Path of the URL, `/readyz` unless configured. */
  readonly path: string;
  /** Milliseconds from one run to the next, 1000–60000, whole seconds. */
  readonly intervalMs: number;
  /** Milliseconds after which a silent API server counts as not ready, 100–60000. */
  readonly timeoutMs: number;
  /** Failures in a row that make it not ready, 1–100. */
  readonly fall: number;
  /** Successes in a row that make it ready, 1–100. */
  readonly rise: number;
}

export interface HostIntent {
  readonly name: HostName;
  readonly target: Target;
  readonly groups: readonly string[];
  /** The interface asked for on this host: the host's own setting, else cluster.yaml's. */
  readonly interface?: InterfaceName;
  readonly priority?: Priority;
  readonly span?: SourceSpan;
}
