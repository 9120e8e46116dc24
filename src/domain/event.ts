import type { HostCalibration } from './calibration.ts';
import type { DrillResult, DrillSummary, Fault } from './drill.ts';
import type { Diagnostic, ErrorCode } from './error.ts';
import type { HistoryEntry, HostGenerations } from './generation.ts';
import type { HostName } from './names.ts';
import type { Plan } from './plan.ts';
import type { ClusterStatus } from './status.ts';
import type { Check, Verdict } from './verdict.ts';

/** Everything that can happen in a run. Printing any of it is a reporter's job. */
export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly command: string;
      readonly runId: string;
      readonly hosts: readonly HostName[];
    }
  | { readonly type: 'diagnostic'; readonly diagnostic: Diagnostic }
  /** Something long begins on a host: shown while it lasts. */
  | { readonly type: 'host-step'; readonly host: HostName; readonly step: string }
  | {
      readonly type: 'host-failed';
      readonly host: HostName;
      readonly code: ErrorCode;
      readonly message: string;
      readonly hints: readonly string[];
    }
  /** A step of the whole run: locking, activating, verifying. */
  | { readonly type: 'run-step'; readonly step: string }
  | { readonly type: 'plan'; readonly plan: Plan }
  /** The plan was put away, to be applied exactly as it is. */
  | { readonly type: 'plan-saved'; readonly path: string }
  | { readonly type: 'checks'; readonly checks: readonly Check[] }
  | { readonly type: 'verdict'; readonly verdict: Verdict }
  /** How steady hosts and links were for this long, host by host. */
  | {
      readonly type: 'calibration';
      readonly seconds: number;
      readonly hosts: readonly HostCalibration[];
    }
  | {
      readonly type: 'status';
      readonly status: ClusterStatus;
      /** One of many looks: how long to the next one, in milliseconds. */
      readonly watched?: { readonly everyMs: number };
    }
  | {
      readonly type: 'history';
      readonly entries: readonly HistoryEntry[];
      /** In inventory order. */
      readonly hosts: readonly HostGenerations[];
    }
  /** What the run's own prober saw at the VIP while things changed. */
  | {
      readonly type: 'vip-probed';
      readonly requests: number;
      readonly lost: number;
      readonly longestOutageMs: number;
    }
  /** What a host does when it hears nothing more of this run. */
  | {
      readonly type: 'dead-man';
      readonly host: HostName;
      readonly state: 'armed' | 'disarmed' | 'fired';
      /** When an armed host undoes the run by itself, ISO 8601; renewed again and again. */
      readonly undoesAt?: string;
    }
  /** What one drill has shown, counted from 1. */
  | { readonly type: 'drill'; readonly round: number; readonly result: DrillResult }
  /** What all of them have shown together. */
  | ({ readonly type: 'drills'; readonly fault: Fault } & DrillSummary)
  /** A host takes the VIP only when no other can, or as its priority says again. */
  | {
      readonly type: 'host-drained';
      readonly host: HostName;
      readonly drained: boolean;
      /** False when it was so already. */
      readonly changed: boolean;
    }
  | { readonly type: 'undo-started'; readonly because: string }
  /** The final word on one host: one for every host of a run that may change something. */
  | {
      readonly type: 'host-finished';
      readonly host: HostName;
      readonly state: HostEnd;
      readonly detail: string;
    }
  | { readonly type: 'run-finished'; readonly summary: RunSummary }
  | { readonly type: 'exit'; readonly code: number; readonly error?: ExitError };

/** In which state a run leaves a host. */
export type HostEnd = 'unchanged' | 'changed' | 'undone' | 'undo-failed' | 'unreachable' | 'unknown';

export interface RunSummary {
  readonly command: 'apply' | 'rollback' | 'destroy';
  readonly changed: number;
  readonly unchanged: number;
  readonly hosts: number;
  readonly endpoint: string;
  readonly active?: HostName;
  /** The generation that was recorded. */
  readonly generation?: number;
  /** What was left in place on purpose. */
  readonly kept: readonly string[];
  readonly elapsedMs: number;
}

export interface ExitError {
  readonly code: ErrorCode | 'internal';
  readonly message: string;
  readonly hints: readonly string[];
}

/** Takes events; never throws, never waits. */
export type Reporter = (event: RunEvent) => void;
