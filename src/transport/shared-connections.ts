import { KonvoyError } from '../domain/error.ts';
import type { Target } from '../domain/target.ts';
import { abortable } from './abort.ts';

/** A connection to a bastion that many hosts may use. */
export interface Shareable {
  /** Resolves, and never rejects, when the connection is gone. */
  readonly ended: Promise<unknown>;
  end(): void;
}

/** A hold on a connection that is shared. */
export interface Lease<C extends Shareable> {
  readonly connection: C;
  /** Lets go; the connection ends with its last holder. */
  release(): void;
}

/**
 * One connection for each bastion: sshd turns away more than ten logins at a time (MaxStartups), but forwards any
 * number of streams over one.
 */
export class SharedConnections<C extends Shareable> {
  readonly #connect: (bastion: Target, signal: AbortSignal) => Promise<C>;
  readonly #shared = new Map<string, Shared<C>>();

  constructor(connect: (bastion: Target, signal: AbortSignal) => Promise<C>) {
    this.#connect = connect;
  }

  /** The connection to a bastion, opened by whoever asks first; a refusal of the login is remembered. */
  async acquire(bastion: Target, signal?: AbortSignal): Promise<Lease<C>> {
    const shared = this.#sharedFor(bastion);
    shared.holders += 1;
    const release = once(() => this.#release(shared));
    try {
      return { connection: await abortable(shared.connection, signal), release };
    } catch (cause) {
      release();
      throw cause;
    }
  }

  #sharedFor(bastion: Target): Shared<C> {
    const key = JSON.stringify(bastion);
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const abort = new AbortController();
    const connection = this.#connect(bastion, abort.signal);
    const shared: Shared<C> = { key, holders: 0, isSettled: false, abort, connection };
    this.#shared.set(key, shared);
    connection.then(
      ({ ended }) => {
        shared.isSettled = true;
        void ended.then(() => this.#forget(shared));
      },
      (cause: unknown) => {
        shared.isSettled = true;
        // A refused login is remembered: the next host must not knock again, or the account is locked.
        if (!isFinal(cause)) this.#forget(shared);
      },
    );
    return shared;
  }

  #release(shared: Shared<C>): void {
    shared.holders -= 1;
    if (shared.holders > 0) return;
    // Who comes now must not wait for a login that is given up; a refusal stays remembered.
    if (!shared.isSettled) this.#forget(shared);
    shared.abort.abort();
    shared.connection.then(
      (connection) => {
        this.#forget(shared);
        connection.end();
      },
      () => undefined,
    );
  }

  #forget(shared: Shared<C>): void {
    if (this.#shared.get(shared.key) === shared) this.#shared.delete(shared.key);
  }
}

/** The failure to reach a bastion, told of the host that stays without a way. */
export function blameBastion({ host }: Target, cause: unknown): unknown {
  if (!(cause instanceof KonvoyError)) return cause;
  const { message, code, hints } = cause;
  return new KonvoyError(`cannot reach ${host}: ${message}`, { code, host, hints, cause });
}

interface Shared<C> {
  readonly key: string;
  readonly abort: AbortController;
  readonly connection: Promise<C>;
  holders: number;
  /** Whether the login has come to an end, in whatever way. */
  isSettled: boolean;
}

function isFinal(cause: unknown): boolean {
  return cause instanceof KonvoyError && cause.code !== 'connect-failed';
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
