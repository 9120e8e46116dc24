import type { CommandResult, Mutation, Probe } from '../domain/command.ts';
import type { HostName } from '../domain/names.ts';
import type { Target } from '../domain/target.ts';

/** Read access to one host as root. It cannot change the host: `probe` takes no `Mutation`. */
export interface Reader {
  readonly host: HostName;
  /**
   * Runs the probes in order, in one round trip, and resolves with one result each, whatever their exit codes.
   * Throws `KonvoyError` (`connection-lost`) when the connection ends first, and the signal's reason when aborted. An
   * abort of probes that already run closes the session: whatever is asked later is `connection-lost`.
   */
  probe(commands: readonly Probe[], signal?: AbortSignal): Promise<readonly CommandResult[]>;
}

/** A connection to one host: one login and one root shell that lives until it is disposed. */
export interface Session extends Reader, AsyncDisposable {
  /**
   * Runs the mutations in order, in one round trip, and stops after the first that exits non-zero: there is one
   * result for each command that ran. Throws `KonvoyError` (`connection-lost`) when the connection ends first.
   */
  mutate(commands: readonly Mutation[]): Promise<readonly CommandResult[]>;
  /**
   * Takes the exclusive flock(2) of `path` for as long as the session lives; the kernel frees it when the
   * connection dies. `owner` is one line of text that others are shown; it is removed when the session is disposed.
   */
  lock(path: string, owner: string): Promise<LockOutcome>;
  /**
   * Ends another session's root shell, which holds the lock of `path`: nothing that it was told is begun any more, and
   * the command that it is in has `graceMs` to come to its end. Throws `lock-held` when that process does not hold the
   * lock, or cannot be ended. The lock is free then, and not yet this session's.
   */
  breakLock(path: string, holder: LockHolder, graceMs: number): Promise<void>;
}

export type LockOutcome =
  | { readonly held: true }
  | {
      readonly held: false;
      readonly owner: string;
      /** Absent: it has not said it (yet). */ readonly holder?: LockHolder;
    };

/** The root shell that holds a lock; both together name one process for good. */
export interface LockHolder {
  readonly pid: number;
  /** Clock ticks since boot, as proc(5) has it. */
  readonly startedAt: string;
}

/** A way to reach hosts. */
export interface Transport {
  /**
   * Connects, verifies the host key before any authentication, authenticates and becomes root.
   * Throws `KonvoyError` with `connect-failed`, `host-key-unknown`, `host-key-changed`, `authentication-failed`
   * or `sudo-refused`.
   */
  connect(target: Target, signal?: AbortSignal): Promise<Session>;
}

/** What one TLS request to the endpoint saw. */
export type EndpointAnswer =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      readonly certificate: string;
      /** The same certificate whole, in DER. */
      readonly der?: Uint8Array;
      readonly elapsedMs: number;
    }
  | { readonly outcome: 'refused' | 'timeout' | 'unreachable' | 'not-tls'; readonly detail: string };

/** Asks an API server over TLS from the machine that runs konvoy-ha; certificates are read, not trusted. */
export interface EndpointProber {
  /** `certificate` in the answer is the SHA-256 fingerprint of what was served, `AA:BB:…`. */
  ask(request: EndpointRequest, signal?: AbortSignal): Promise<EndpointAnswer>;
}

export interface EndpointRequest {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly timeoutMs: number;
}
