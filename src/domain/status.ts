import type { DeadManTraces } from './dead-man.ts';
import type { HostName, InterfaceName } from './names.ts';
import type { ApiState } from './facts.ts';
import type { Priority, RouterState, Vrid } from './vrrp.ts';

/** One line of `status`. */
export interface HostStatus {
  readonly host: HostName;
  readonly reachable: boolean;
  /** Why it could not be asked. */
  readonly problem?: string;
  readonly holdsVip: boolean;
  readonly state: RouterState;
  /** Seconds since the epoch. */
  readonly stateSince?: number;
  readonly interface?: InterfaceName;
  readonly priority?: Priority;
  readonly vrid?: Vrid;
  readonly api?: ApiState;
  readonly service: 'running' | 'stopped' | 'absent' | 'unknown';
  readonly keepalivedVersion?: string;
  readonly generation?: number;
  /** Keys of resources that differ from what the latest generation left. */
  readonly drift: readonly string[];
  /** Runs that nobody confirmed; absent when there is nothing to say. */
  readonly deadMan?: DeadManTraces;
}

export interface ClusterStatus {
  readonly endpoint: string;
  readonly hosts: readonly HostStatus[];
}
