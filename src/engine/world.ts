import type { Views } from '../backends/backends.ts';
import type { IpAddress } from '../domain/address.ts';
import type { Reporter } from '../domain/event.ts';
import type { Intent, KeepalivedEndpoint } from '../domain/intent.ts';
import type { Renderer } from '../render/render.ts';
import type { Serial } from '../domain/serial.ts';
import type { Target } from '../domain/target.ts';
import type { EndpointProber, Reader, Transport } from '../transport/transport.ts';

/** Time, passed in so that nothing below the command line reads a clock. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds of a clock that nobody sets, for differences only. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Everything a run stands on that only looks: it reaches hosts as readers, which cannot change them. */
export interface View {
  readonly intent: Intent;
  readonly endpoint: KeepalivedEndpoint;
  /** Connects to one host; throws what a transport throws. */
  reach(target: Target, signal?: AbortSignal): Promise<Reader & AsyncDisposable>;
  readonly prober: EndpointProber;
  readonly renderer: Renderer<Views>;
  readonly report: Reporter;
  readonly clock: Clock;
  /** Hosts worked on at the same time. */
  readonly forks: number;
  /** Hosts activated at the same time, at most; without it as many as the order allows. */
  readonly serial?: Serial;
  /** Hosts of before that are gone for good, by the addresses that their peers know. */
  readonly gone?: readonly IpAddress[];
  /** Take over what somebody else runs on the hosts for this VIP. */
  readonly adopt?: boolean;
  /** Names the run in generations and locks. */
  readonly runId: string;
  /** `user@machine` of whoever runs it. */
  readonly by: string;
  /** Aborted when the operator interrupts the run. */
  readonly signal: AbortSignal;
}

/**
 * The same without interrupts: what has been begun is finished. A command that is abandoned costs its session, and the
 * lock with it.
 */
export function undisturbed<V extends View>(view: V): V {
  return { ...view, signal: new AbortController().signal };
}

/** Everything a run stands on that changes hosts. */
export interface World extends View {
  readonly transport: Transport;
}
