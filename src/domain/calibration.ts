import type { IpAddress } from './address.ts';
import type { HostName } from './names.ts';

/** How long processes of a host waited although they were ready to run. Milliseconds, in steps of 10 (/proc/uptime). */
export interface Stalls {
  /** How often it was looked; 0 when the host could not be sampled. */
  readonly samples: number;
  readonly worstMs: number;
}

/** What became of packets from one host to another and back. */
export interface Silence {
  readonly sent: number;
  readonly answered: number;
  /** The longest time without an answer, in milliseconds; the whole time when nothing was answered. */
  readonly longestMs: number;
}

/** A host with what it measured; a peer that could not be asked says why. */
export interface HostCalibration {
  readonly host: HostName;
  readonly stalls: Stalls;
  readonly links: readonly LinkCalibration[];
}

export interface LinkCalibration {
  readonly peer: HostName;
  readonly address: IpAddress;
  /** What was measured, or why nothing was. */
  readonly measured: Silence | { readonly because: string };
}
