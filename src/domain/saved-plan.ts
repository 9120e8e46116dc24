import type { ClusterName, HostName } from './names.ts';
import type { ChangeAction, Wave } from './plan.ts';
import type { ResourceKey } from './resource.ts';

/** What a plan was based on, without any content: enough to tell whether it would be the same now. */
export interface PlanBasis {
  /** The version of konvoy-ha: another one may want other bytes. */
  readonly tool: string;
  readonly cluster: ClusterName;
  /** VIP and port. */
  readonly endpoint: string;
  /** All control-plane hosts, in inventory order. */
  readonly inventory: readonly BasisTarget[];
  /** The hosts that the plan may change. */
  readonly limited: readonly HostName[];
  /** In inventory order. */
  readonly hosts: readonly BasisHost[];
  readonly waves: readonly Wave[];
}

export interface BasisTarget {
  readonly host: HostName;
  /** `address:port`. */
  readonly at: string;
}

/** One host as the plan found it. */
export interface BasisHost {
  readonly host: HostName;
  /** systemd's machine id, as a sum. */
  readonly machine?: string;
  /** The newest whole generation. */
  readonly generation?: { readonly number: number; readonly runId: string; readonly by: string };
  readonly changes: readonly BasisChange[];
}

/** One resource of a host: sums of what is wanted and of what is there; absent where it is not (to be) there. */
export interface BasisChange {
  readonly key: ResourceKey;
  readonly action: ChangeAction;
  readonly wanted?: string;
  readonly observed?: string;
}

/** A plan that was put away, to be carried out later exactly as it was shown. */
export interface SavedPlan {
  readonly at: string;
  readonly by: string;
  readonly runId: string;
  /** As it was typed after `--serial`. */
  readonly serial?: string;
  /** Random, so that a sum tells nothing to whoever has computed sums beforehand. */
  readonly salt: string;
  readonly basis: PlanBasis;
}
