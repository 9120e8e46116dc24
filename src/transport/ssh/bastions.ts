import type { Duplex } from 'node:stream';
import { KonvoyError } from '../../domain/error.ts';
import type { Target } from '../../domain/target.ts';
import { abortable } from '../abort.ts';
import type { Connection } from './login.ts';

/** A hold on a bastion's connection, which all hosts behind it share. */
export interface BastionLease {
  /** Opens a stream from the bastion to a host. */
  forward(address: string, port: number): Promise<Duplex>;
  /** Lets go; the connection ends with its last holder. */
  release(): void;
}

type Connect = (bastion: Target, signal: AbortSignal) => Promise<Connection>;

/**
 * One connection for each bastion: sshd turns away more than ten logins at a time (MaxStartups), but forwards any
 * number of streams over one.
 */
export class Bastions {
  readonly #connect: Connect;
  readonly #shared = new Map<string, Shared>();

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  async acquire(bastion: Target, signal?: AbortSignal): Promise<BastionLease> {
    const shared = this.#sharedFor(bastion);
    shared.holders += 1;
    const release = once(() => this.#release(shared));
    try {
      const connection = await abortable(shared.connection, signal);
      return { forward: (address, port) => forward(connection, address, port), release };
    } catch (cause) {
      release();
      throw cause;
    }
  }

  #sharedFor(bastion: Target): Shared {
    const key = JSON.stringify(bastion);
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const abort = new AbortController();
    const connection = this.#connect(bastion, abort.signal);
    const shared: Shared = { key, holders: 0, isSettled: false, abort, connection };
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

  #release(shared: Shared): void {
    shared.holders -= 1;
    if (shared.holders > 0) return;
    // Who comes now must not wait for a login that is given up; a refusal stays remembered.
    if (!shared.isSettled) this.#forget(shared);
    shared.abort.abort();
    shared.connection.then(
      ({ client }) => {
        this.#forget(shared);
        client.end();
      },
      () => undefined,
    );
  }

  #forget(shared: Shared): void {
    if (this.#shared.get(shared.key) === shared) this.#shared.delete(shared.key);
  }
}

interface Shared {
  readonly key: string;
  readonly abort: AbortController;
  readonly connection: Promise<Connection>;
  holders: number;
  /** Whether the login has come to an end, in whatever way. */
  isSettled: boolean;
}

function forward({ client }: Connection, address: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, address, port, (error, stream) => {
      if (error === undefined) resolve(stream);
      else reject(error);
    });
  });
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
