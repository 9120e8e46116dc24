import type { IpAddress } from './address.ts';
import type { Diagnostic, SourceSpan } from './error.ts';
import type { ClusterName, HostName, InterfaceName } from './names.ts';
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

export interface CloudEndpoint {
  readonly kind: 'cloud';
  readonly because: string;
  readonly provider: 'aws' | 'azure' | 'gcp';
}

export interface ExternalEndpoint {
  readonly kind: 'external';
  readonly because: string;
  readonly host: string;
  readonly port: number;
}

export interface KeepalivedSettings {
  readonly profile: Profile;
  readonly advertIntervalMs: AdvertIntervalMs;
  readonly interface?: InterfaceName;
  readonly vrid?: Vrid;
  readonly healthCheck: HealthCheck;
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
