import type { LimitFunction } from 'p-limit';
import { KonvoyError } from '../../domain/error.ts';
import type { Target } from '../../domain/target.ts';
import { abortable, withTimeLimit } from '../abort.ts';
import { asError } from '../as-error.ts';
import { elevationOf } from '../become.ts';
import type { ShellChannel } from '../dialogue.ts';
import { openRootShell } from '../root-shell.ts';
import type { Session, Transport } from '../transport.ts';
import { Bastions, type BastionLease } from './bastions.ts';
import { HostKeyCheck } from './host-key.ts';
import { Identities } from './identities.ts';
import { KnownHostsStore } from './known-hosts-store.ts';
import { loadSsh2 } from './load-ssh2.ts';
import { login, type Connection } from './login.ts';
import { openShellChannel, shellRefused } from './shell-channel.ts';

/** What the transport needs of its surroundings; times are for tests and have sensible defaults. */
export interface SshTransportOptions {
  /** The user's home directory: default keys and known_hosts are below it. */
  readonly home: string;
  /** SSH_AUTH_SOCK. */
  readonly agentSocket?: string | undefined;
  readonly readyTimeoutMs?: number;
  readonly keepaliveIntervalMs?: number;
}

/** Reaches hosts over SSH. Key files, known_hosts and bastions are read and opened once for all hosts. */
export function createSshTransport(options: SshTransportOptions): Transport {
  let ready: Promise<SshTransport> | undefined;
  return {
    async connect(target: Target, signal?: AbortSignal): Promise<Session> {
      signal?.throwIfAborted();
      ready ??= SshTransport.load(options);
      return (await ready).connect(target, signal);
    },
  };
}

class SshTransport {
  readonly #options: SshTransportOptions;
  readonly #library: Awaited<ReturnType<typeof loadSsh2>>;
  readonly #newLimit: () => LimitFunction;
  readonly #identities: Identities;
  readonly #knownHosts = new KnownHostsStore();
  readonly #handshakes = new Map<string, LimitFunction>();
  readonly #bastions = new Bastions((bastion, signal) => this.#open(bastion, signal));

  private constructor(
    options: SshTransportOptions,
    library: Awaited<ReturnType<typeof loadSsh2>>,
    newLimit: () => LimitFunction,
  ) {
    this.#options = options;
    this.#library = library;
    this.#newLimit = newLimit;
    this.#identities = new Identities(library, options.home, options.agentSocket);
  }

  static async load(options: SshTransportOptions): Promise<SshTransport> {
    const [library, { default: pLimit }] = await Promise.all([loadSsh2(), import('p-limit')]);
    return new SshTransport(options, library, () => pLimit(handshakesAtOnce));
  }

  async connect(target: Target, signal?: AbortSignal): Promise<Session> {
    const elevation = elevationOf(target);
    const connection = await this.#open(target, signal);
    try {
      const opening = openShellChannel(connection, target, elevation.command);
      const channel = await this.#opened(opening, target, signal);
      const readyTimeoutMs = this.#readyTimeoutMs();
      return await openRootShell(channel, { target, elevation, readyTimeoutMs }, signal);
    } catch (cause) {
      connection.client.destroy();
      throw cause;
    }
  }

  async #opened(opening: Promise<ShellChannel>, target: Target, signal?: AbortSignal): Promise<ShellChannel> {
    try {
      return await abortable(opening, withTimeLimit(signal, this.#readyTimeoutMs()));
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof KonvoyError) throw cause;
      throw shellRefused(target, asError(cause));
    }
  }

  async #open(target: Target, signal?: AbortSignal): Promise<Connection> {
    const identities = await this.#identities.for(target);
    const bastion = await this.#bastionOf(target, signal);
    try {
      const request = {
        library: this.#library,
        target,
        hostKey: new HostKeyCheck(target, this.#knownHosts, this.#knownHostsFiles()),
        identities,
        openStream: bastion && (() => bastion.forward(target.address, target.port)),
        readyTimeoutMs: this.#readyTimeoutMs(),
        keepaliveIntervalMs: this.#options.keepaliveIntervalMs ?? 10_000,
      };
      const connection = await this.#handshakeLimit(target)(() => login(request, signal));
      void connection.ended.then(() => bastion?.release());
      return connection;
    } catch (cause) {
      bastion?.release();
      throw cause;
    }
  }

  async #bastionOf({ host, jump }: Target, signal?: AbortSignal): Promise<BastionLease | undefined> {
    if (jump === undefined) return undefined;
    try {
      return await this.#bastions.acquire(jump, signal);
    } catch (cause) {
      if (!(cause instanceof KonvoyError)) throw cause;
      // The bastion failed, but it is this host that stays without a plan.
      const { message, code, hints } = cause;
      throw new KonvoyError(`cannot reach ${host}: ${message}`, { code, host, hints, cause });
    }
  }

  #handshakeLimit({ address, port }: Target): LimitFunction {
    const endpoint = `${address} ${port}`;
    const limit = this.#handshakes.get(endpoint) ?? this.#newLimit();
    this.#handshakes.set(endpoint, limit);
    return limit;
  }

  #readyTimeoutMs(): number {
    return this.#options.readyTimeoutMs ?? 20_000;
  }

  #knownHostsFiles(): readonly string[] {
    const { home } = this.#options;
    return [
      `${home}/.ssh/known_hosts`,
      `${home}/.ssh/known_hosts2`,
      '/etc/ssh/ssh_known_hosts',
      '/etc/ssh/ssh_known_hosts2',
    ];
  }
}

// sshd's default MaxStartups begins to turn connections away at ten that are not logged in.
const handshakesAtOnce = 8;
