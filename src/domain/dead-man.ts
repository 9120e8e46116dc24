/** What dead-men have left on a host, or have still to do there. */
export interface DeadManTraces {
  /** Runs that were neither confirmed nor undone, the newest first. */
  readonly armed: readonly ArmedRun[];
  /** The last run that was undone without us, until the next run changes something. */
  readonly undone?: UndoneRun;
}

export interface ArmedRun {
  readonly runId: string;
  readonly command: string;
  /** Who ran it: `user@machine`. */
  readonly by: string;
  readonly state: 'armed' | 'undoing';
  /** When the host undoes it by itself, ISO 8601; absent when it does so at its next boot only. */
  readonly undoesAt?: string;
  /** What could not be brought back, when undoing it has failed. */
  readonly failure?: string;
}

export interface UndoneRun {
  readonly runId: string;
  readonly by: string;
  /** ISO 8601, by the clock of the host. */
  readonly at: string;
  /** Why it was undone: nobody confirmed it in time, the host was restarted, or a later run asked for it. */
  readonly because: 'timeout' | 'reboot' | 'asked';
}

/** Seconds that a host waits for a sign of its run; the reason is in docs/decisions/0007. */
export const CONFIRM_TIMEOUT_S = { least: 30, usual: 120, most: 3600 } as const;
