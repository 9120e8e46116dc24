import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type ssh2 from 'ssh2';
import type { AnyAuthMethod, Client, ConnectConfig, NextAuthHandler } from 'ssh2';
import type { Target } from '../../domain/target.ts';
import { abortable, onAbort, withTimeLimit } from '../abort.ts';
import { asError } from '../as-error.ts';
import { knownHostName } from '../known-hosts.ts';
import { algorithmsFor } from './algorithms.ts';
import type { HostKeyCheck } from './host-key.ts';
import { UnknownHostKey } from './host-key-refusal.ts';
import type { Identity } from './identities.ts';
import { LoginMethods } from './login-methods.ts';
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
  /** The agent that the host is offered when the target asks for it (SSH_AUTH_SOCK). */
  readonly agentSocket?: string | undefined;
  readonly readyTimeoutMs: number;
  readonly keepaliveIntervalMs: number;
}

/**
 * Verifies the host, then logs in. Tries again, a few times and not at once, only when the connection was lost
 * before a key was offered: a refused login is never repeated, or accounts and addresses get locked out. A connection is
 * also made anew when the user had to be asked about the host: no server waits for that.
 */
export async function login(request: LoginRequest, signal?: AbortSignal): Promise<Connection> {
  for (let attempt = 1; ; attempt += 1) {
    const current = new LoginAttempt(request);
    try {
      return await current.run(signal);
    } catch (cause) {
      if (attempt === maximumAttempts) throw cause;
      if (cause instanceof UnknownHostKey) await abortable(request.hostKey.ask(cause, current.peer), signal);
      else if (current.mayRepeat) await abortable(pause(attempt), signal);
      else throw cause;
    }
  }
}

// Jitter: hosts that were turned away together must not come back together.
function pause(attempt: number): Promise<void> {
  return sleep(attempt * 200 + Math.random() * 400);
}

class LoginAttempt {
  readonly #request: LoginRequest;
  readonly #client: Client;
  readonly #methods: LoginMethods;
  readonly #troubles: string[] = [];
  readonly #ended: Promise<string>;
  #lastError: Error | undefined;
  /** Why we went no further, whatever the connection then ended with. */
  #refusal: unknown;
  #remembering: Promise<void> = Promise.resolve();
  /** Where the connection goes, for people. */
  peer: string;
  mayRepeat = false;

  constructor(request: LoginRequest) {
    this.#request = request;
    this.#client = new request.library.Client();
    const { target, identities } = request;
    this.peer = peerOf(target);
    this.#methods = new LoginMethods(target, identities, (error) => this.#refuse(error));
    this.#ended = new Promise((resolve) => {
      this.#client.on('close', () => resolve(this.#whyClosed()));
    });
  }

  async run(signal?: AbortSignal): Promise<Connection> {
    const { hostKey } = this.#request;
    const known = await hostKey.known();
    const stream = await this.#openStream(signal);
    try {
      const wishes = this.#request.target.settings?.algorithms;
      await this.#connect(this.#configuration(algorithmsFor(known, wishes)), stream, signal);
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

  #connect(configuration: ConnectConfig, stream: Duplex | undefined, signal?: AbortSignal): Promise<void> {
    const client = this.#client;
    let stopListening = (): void => undefined;
    const connected = new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => reject(asError(this.#refusal ?? this.#explain(error)));
      stopListening = onAbort(signal, reject);
      client.on('connect', () => client.setNoDelay(true));
      client.on('handshake', () => this.#rememberHostKey());
      client.on('change password', () => this.#methods.refuseToChangePassword());
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
        client.connect({ ...configuration, sock: stream ?? this.#openSocket() });
      } catch (cause) {
        fail(asError(cause));
      }
    });
    return connected.finally(() => stopListening());
  }

  #configuration(algorithms: ssh2.Algorithms): ConnectConfig {
    const { target, agentSocket, readyTimeoutMs, keepaliveIntervalMs } = this.#request;
    return {
      username: target.user,
      algorithms,
      readyTimeout: readyTimeoutMs,
      keepaliveInterval: keepaliveIntervalMs,
      keepaliveCountMax: target.settings?.keepaliveCountMax ?? 3,
      hostVerifier: (key: Buffer, verify: (valid: boolean) => void): void =>
        void this.#verify(key).then(verify),
      authHandler: (accepted: readonly string[] | null, isPartial: boolean | null, next) =>
        this.#nextMethod(next, accepted ?? undefined, isPartial === true),
      ...(target.forwardAgent && agentSocket !== undefined && { agent: agentSocket }),
    };
  }

  #openSocket(): Socket {
    const { address, port, settings } = this.#request.target;
    const socket = new Socket();
    socket.on('connect', () => {
      this.peer = knownHostName(socket.remoteAddress ?? address, port);
    });
    // ssh2 listens as well, but not from the first moment.
    socket.on('error', () => undefined);
    return socket.connect({
      host: address,
      port,
      ...(settings?.addressFamily !== undefined && { family: settings.addressFamily }),
      ...(settings?.bindAddress !== undefined && { localAddress: settings.bindAddress }),
    });
  }

  // Only after the handshake: the server shows its key before it proves that it has the private half. And not later, or
  // a user who trusted a host that refuses the login would be asked about it again.
  #rememberHostKey(): void {
    this.#remembering = this.#request.hostKey.remember().catch((cause: unknown) => this.#refuse(cause));
  }

  // Never let ssh2 see the promise: it takes anything but `undefined` for an answer, and a promise for "yes".
  async #verify(key: Buffer): Promise<boolean> {
    try {
      await this.#request.hostKey.check(key);
      return true;
    } catch (cause) {
      this.#refusal = cause;
      return false;
    }
  }

  #nextMethod(
    next: NextAuthHandler,
    accepted: readonly string[] | undefined,
    isPartial: boolean,
  ): AnyAuthMethod | false | undefined {
    const method = this.#methods.next(accepted, isPartial);
    if (accepted !== undefined || method === false) return method;
    // Nothing is said about us to a host whose new key could not be stored: the next run would not know it.
    void this.#remembering.then(() => {
      if (this.#refusal === undefined) next(method);
    });
    return undefined;
  }

  #refuse(cause: unknown): void {
    this.#refusal ??= cause;
    this.#client.destroy();
  }

  #whyClosed(): string {
    const said = this.#lastError?.message ?? 'the other side closed it';
    return /keepalive/i.test(said) ? 'it stopped answering' : said;
  }

  #explain(error: Error): Error {
    const { offered, accepted, isPartial } = this.#methods;
    const progress = { offered, accepted, isPartial, troubles: this.#troubles };
    this.mayRepeat = this.#refusal === undefined && isTransientLoss(error, progress);
    return explainLogin(this.#request.target, error, progress);
  }
}

/** Where a connection goes before it is made. */
function peerOf({ address, port, jump, proxyCommand }: Target): string {
  if (jump !== undefined) return `through ${jump.host}`;
  return proxyCommand === undefined ? knownHostName(address, port) : 'through a proxy command';
}

// A key that cannot sign is passed over by ssh2, which then takes the next one.
function isAboutOneKey(error: Error & { readonly level?: string }): boolean {
  return error.level === 'agent' || error.message.startsWith('Error signing data with key');
}

const maximumAttempts = 4;
