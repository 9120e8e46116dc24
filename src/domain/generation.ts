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
  /** The newest one that is whole. */
  readonly latest?: Generation;
  /** Those that are whole, ascending by number. */
  readonly heads: readonly GenerationHead[];
  /** Those that are not what was recorded, ascending by number: nothing is ever taken from them. */
  readonly damaged: readonly DamagedGeneration[];
  /** Other clusters that have generations on this host. */
  readonly foreignClusters: readonly string[];
}

/** A generation whose files have changed, or gone, since they were recorded. */
export interface DamagedGeneration {
  readonly number: number;
  /** Their paths on the host. */
  readonly files: readonly string[];
}

/** The numbers of all generations on a host, whole or damaged, ascending. */
export function numbersOf({ heads, damaged }: Recorded): readonly number[] {
  return [...heads, ...damaged].map(({ number }) => number).toSorted((a, b) => a - b);
}

/** The number of the newest generation on a host, whole or damaged; 0 where there is none. */
export function newestOf(recorded: Recorded): number {
  return numbersOf(recorded).at(-1) ?? 0;
}

/** What one host has, for `history`. */
export interface HostGenerations {
  readonly host: HostName;
  /** The numbers of those that are whole, ascending. */
  readonly whole: readonly number[];
  readonly damaged: readonly DamagedGeneration[];
  /** Why it could not be asked. */
  readonly problem?: string;
}

/** What `history` shows: one run, and the hosts that have its generation. */
export interface HistoryEntry extends GenerationHead {
  readonly hosts: readonly HostName[];
}
