import type { HostName } from './names.ts';

/**
 * What is made to fail. `stop`: keepalived is stopped in order. `kill`: it is killed. `api`: the API server refuses connections.
 * `api-hang`: it answers no more. `partition`: the host hears and is heard by nobody, but for SSH.
 */
export type Fault = 'stop' | 'kill' | 'api' | 'api-hang' | 'partition';

/** One request to the VIP. Times are milliseconds of one monotonic clock. */
export interface DrillRequest {
  /** When it was begun. */
  readonly atMs: number;
  readonly answered: boolean;
  /** Whose certificate was served, where each host has its own. */
  readonly servedBy?: HostName;
}

/** Which hosts had the VIP at a moment; hosts that did not answer are not among them. */
export interface DrillSight {
  readonly atMs: number;
  readonly host: HostName;
  readonly holdsVip: boolean;
}

/** One drill: everything that was seen, before the fault, during it, and until all was as before. */
export interface DrillRecord {
  readonly fault: Fault;
  readonly host: HostName;
  /** Whether the host had the VIP when it failed. */
  readonly wasActive: boolean;
  readonly faultAtMs: number;
  /** When the fault was ended. */
  readonly restoredAtMs: number;
  readonly endedAtMs: number;
  readonly requests: readonly DrillRequest[];
  /** Changes only, in the order of time. */
  readonly sights: readonly DrillSight[];
  /** Who had the VIP in the end. */
  readonly owner?: HostName;
}

/** What a drill has shown. Milliseconds. */
export interface DrillResult {
  readonly fault: Fault;
  readonly host: HostName;
  readonly wasActive: boolean;
  readonly requests: number;
  readonly lost: number;
  /** From the first request that was lost to the first after it that was answered; 0 when none was lost. */
  readonly outageMs: number;
  /** From the fault until another host had the VIP, as far as was seen; absent when none took it. */
  readonly takeoverMs?: number;
  readonly takenBy?: HostName;
  /** Requests that were lost after the fault was ended. */
  readonly lostAfterwards: number;
  /** Whether the VIP was where it had been in the end. */
  readonly cameBack: boolean;
}

/** What several drills have shown together. */
export interface DrillSummary {
  readonly rounds: number;
  readonly lost: Spread;
  readonly outageMs: Spread;
  /** Absent when nobody took the VIP in any of them. */
  readonly takeoverMs?: Spread;
}

/** The least, the middle and all but the worst hundredth of several drills. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly p99: number;
}
