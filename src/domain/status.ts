import type { DeadManTraces } from './dead-man.ts';
import type { HostName, InterfaceName } from './names.ts';
import type { ApiState, Drained } from './facts.ts';
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
  readonly drained?: Drained;
  /** VIPs that the host has although its keepalived does not run, each with its interface. */
  readonly leftovers?: readonly string[];
  readonly service: 'running' | 'stopped' | 'absent' | 'unknown';
  readonly keepalivedVersion?: string;
  readonly generation?: number;
  /** Keys of resources that differ from what the latest generation left. */
  readonly drift: readonly string[];
  /** Keys of resources for which the inventory asks for something else than the latest generation left. */
  readonly pending?: readonly string[];
  /** Files of generations that are not what was recorded. */
  readonly damaged?: readonly string[];
  /** Runs that nobody confirmed; absent when there is nothing to say. */
  readonly deadMan?: DeadManTraces;
}

export interface ClusterStatus {
  readonly endpoint: string;
  readonly hosts: readonly HostStatus[];
  /** The newest generation that any of these hosts has. */
  readonly newest?: number;
  /** Why it is not known what the inventory asks for. */
  readonly pendingUnknown?: string;
}
