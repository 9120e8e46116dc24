import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type ssh2 from 'ssh2';
import type { AnyAuthMethod, Client, ConnectConfig } from 'ssh2';
import type { Target } from '../../domain/target.ts';
import { abortable, onAbort, withTimeLimit } from '../abort.ts';
import { asError } from '../as-error.ts';
import { algorithmsFor } from './algorithms.ts';
import type { HostKeyCheck } from './host-key.ts';
import type { Identity } from './identities.ts';
import { explainLogin, isTransientLoss } from './ssh-error.ts';

/** A connection that is logged in. */
export interface Connection {
  readonly client: Client;
  /** Resolves, and never rejects, with the reason for people, when the connection is gone. */
  readonly ended: Promise<string>;
}

/** All that a login needs. */
export interface LoginRequest {
  readonly library: typeof ssh2;
  readonly target: Target;
  readonly hostKey: HostKeyCheck;
  readonly identities: readonly Identity[];
  /** Opens the stream to the server when it is behind a bastion. */
  readonly openStream?: (() => Promise<Duplex>) | undefined;
  readonly readyTimeoutMs: number;
  readonly keepaliveIntervalMs: number;
}

/**
 * Verifies the host, then logs in. Tries again, a few times and not at once, only when the connection was lost
 * before a key was offered: a refused login is never repeated, or accounts and addresses get locked out.
 */
export async function login(request: LoginRequest, signal?: AbortSignal): Promise<Connection> {
  for (let attempt = 1; ; attempt += 1) {
    const current = new LoginAttempt(request);
    try {
      return await current.run(signal);
    } catch (cause) {
      if (!current.mayRepeat || attempt === maximumAttempts) throw cause;
    }
    // Jitter: hosts that were turned away together must not come back together.
    await abortable(sleep(attempt * 200 + Math.random() * 400), signal);
  }
}

class LoginAttempt {
  readonly #request: LoginRequest;
  readonly #client: Client;
  readonly #offered: string[] = [];
  readonly #troubles: string[] = [];
  readonly #ended: Promise<string>;
  #accepted: readonly string[] = [];
  #lastError: Error | undefined;
  #hostKeyRefusal: unknown;
  mayRepeat = false;

  constructor(request: LoginRequest) {
    this.#request = request;
    this.#client = new request.library.Client();
    this.#ended = new Promise((resolve) => {
      this.#client.on('close', () => resolve(this.#whyClosed()));
    });
  }

  async run(signal?: AbortSignal): Promise<Connection> {
    const { hostKey } = this.#request;
    const known = await hostKey.known();
    const stream = await this.#openStream(signal);
    try {
      await this.#connect(
        {
          ...this.#configuration(algorithmsFor(known, this.#request.target.settings?.algorithms)),
          ...(stream && { sock: stream }),
        },
        signal,
      );
      // Only now: the server shows its key before it proves that it has the private half.
      await hostKey.remember();
    } catch (cause) {
      this.#client.destroy();
      stream?.destroy();
      throw cause;
    }
    return { client: this.#client, ended: this.#ended };
  }

  async #openStream(signal?: AbortSignal): Promise<Duplex | undefined> {
    const { openStream, readyTimeoutMs } = this.#request;
    const opening = openStream?.();
    try {
      return await abortable(Promise.resolve(opening), withTimeLimit(signal, readyTimeoutMs));
    } catch (cause) {
      // A bastion may take minutes to give up: what it opens then, nobody wants any more.
      opening?.then(
        (stream) => stream.destroy(),
        () => undefined,
      );
      signal?.throwIfAborted();
      throw this.#explain(asError(cause));
    }
  }

  #connect(configuration: ConnectConfig, signal?: AbortSignal): Promise<void> {
    const client = this.#client;
    let stopListening = (): void => undefined;
    const connected = new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => reject(asError(this.#hostKeyRefusal ?? this.#explain(error)));
      stopListening = onAbort(signal, reject);
      client.on('connect', () => client.setNoDelay(true));
      client.on('ready', resolve);
      // `on`: ssh2 may report one failure twice, and a second one nobody listens to would end the process.
      client.on('error', (error) => {
        if (isAboutOneKey(error)) this.#troubles.push(error.message);
        else {
          this.#lastError ??= error;
          fail(error);
        }
      });
      client.on('close', () => fail(this.#lastError ?? new Error('it was closed before the login was done')));
      try {
        signal?.throwIfAborted();
        client.connect(configuration);
      } catch (cause) {
        fail(asError(cause));
      }
    });
    return connected.finally(() => stopListening());
  }

  #configuration(algorithms: ssh2.Algorithms): ConnectConfig {
    const { target, readyTimeoutMs, keepaliveIntervalMs } = this.#request;
    return {
      host: target.address,
      port: target.port,
      username: target.user,
      algorithms,
      readyTimeout: readyTimeoutMs,
      keepaliveInterval: keepaliveIntervalMs,
      keepaliveCountMax: target.settings?.keepaliveCountMax ?? 3,
      ...socketOptions(target),
      hostVerifier: (key: Buffer, verify: (valid: boolean) => void): void =>
        void this.#verify(key).then(verify),
      authHandler: this.#nextMethod(),
    };
  }

  // Never let ssh2 see the promise: it takes anything but `undefined` for an answer, and a promise for "yes".
  async #verify(key: Buffer): Promise<boolean> {
    try {
      await this.#request.hostKey.check(key);
      return true;
    } catch (cause) {
      this.#hostKeyRefusal = cause;
      return false;
    }
  }

  #nextMethod(): (accepted: readonly string[] | null) => AnyAuthMethod | false {
    const waiting = [...this.#request.identities];
    return (accepted) => {
      this.#accepted = accepted ?? [];
      const identity = accepted?.includes('publickey') === false ? undefined : waiting.shift();
      if (identity === undefined) return false;
      this.#offered.push(identity.name);
      const username = this.#request.target.user;
      return identity.kind === 'file'
        ? { type: 'publickey', username, key: identity.key }
        : { type: 'agent', username, agent: identity.key.agent };
    };
  }

  #whyClosed(): string {
    const said = this.#lastError?.message ?? 'the other side closed it';
    return /keepalive/i.test(said) ? 'it stopped answering' : said;
  }

  #explain(error: Error): Error {
    const progress = { offered: this.#offered, accepted: this.#accepted, troubles: this.#troubles };
    this.mayRepeat = this.#hostKeyRefusal === undefined && isTransientLoss(error, progress);
    return explainLogin(this.#request.target, error, progress);
  }
}

function socketOptions({ settings }: Target): ConnectConfig {
  return {
    forceIPv4: settings?.addressFamily === 4,
    forceIPv6: settings?.addressFamily === 6,
    ...(settings?.bindAddress !== undefined && { localAddress: settings.bindAddress }),
  };
}

// A key that cannot sign is passed over by ssh2, which then takes the next one.
function isAboutOneKey(error: Error & { readonly level?: string }): boolean {
  return error.level === 'agent' || error.message.startsWith('Error signing data with key');
}

const maximumAttempts = 4;
