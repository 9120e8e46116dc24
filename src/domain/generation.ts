import type { IpAddress } from './address.ts';
import type { ClusterName, HostName } from './names.ts';
import type { Resource, ResourceKey } from './resource.ts';
import type { Priority, Vrid } from './vrrp.ts';

/** What konvoy-ha left on one host, kept on that host. Generations of one run carry one number on all hosts. */
export interface Generation {
  /** Counts from 1; 0 stands for the host as it was before us and is never stored. */
  readonly number: number;
  readonly cluster: ClusterName;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Who ran it: `user@machine`. */
  readonly by: string;
  readonly command: 'apply' | 'rollback';
  /** The generation a rollback went back to. */
  readonly restored?: number;
  readonly virtualRouter: VirtualRouterRecord;
  readonly resources: readonly Resource[];
  /** Every key we ever touched with what was there before we first did: the way back to 0. */
  readonly before: readonly BeforeEntry[];
}

/** The choices that must never drift from run to run. */
export interface VirtualRouterRecord {
  readonly vrid: Vrid;
  readonly priority: Priority;
  readonly vip: IpAddress;
  readonly port: number;
}

export interface BeforeEntry {
  readonly key: ResourceKey;
  /** Absent: nothing was there. */
  readonly resource?: Resource;
}

/** The head of a generation, without its resources. */
export type GenerationHead = Omit<Generation, 'resources' | 'before'>;

/** The generations found on one host. */
export interface Recorded {
  readonly latest?: Generation;
  /** Ascending by number. */
  readonly heads: readonly GenerationHead[];
  /** Other clusters that have generations on this host. */
  readonly foreignClusters: readonly string[];
}

/** What `history` shows: one run, and the hosts that have its generation. */
export interface HistoryEntry extends GenerationHead {
  readonly hosts: readonly HostName[];
}
