import { KonvoyError } from '../../domain/error.ts';
import type { HostName } from '../../domain/names.ts';
import type { Target } from '../../domain/target.ts';
import type { Terminal } from '../../domain/terminal.ts';
import { abortable, withTimeLimit } from '../abort.ts';
import { asError } from '../as-error.ts';
import { elevationOf } from '../become.ts';
import type { ShellChannel } from '../dialogue.ts';
import { openRootShell } from '../root-shell.ts';
import { Handshakes } from '../handshakes.ts';
import { blameBastion, SharedConnections, type Lease } from '../shared-connections.ts';
import type { Session, Transport } from '../transport.ts';
import { bastionOver, type Bastion } from './bastions.ts';
import { HostKeyCheck, type HostKeyTrust } from './host-key.ts';
import { HostKeyQuestions } from './host-key-questions.ts';
import { Identities } from './identities.ts';
import { KnownHostsStore } from './known-hosts-store.ts';
import { loadSsh2 } from './load-ssh2.ts';
import { login, type Connection, type LoginRequest } from './login.ts';
import { ProxyCommand, type Environment } from './proxy-command.ts';
import { openShellChannel, shellRefused } from './shell-channel.ts';

/** What the transport needs of its surroundings; times are for tests and have sensible defaults. */
export interface SshTransportOptions {
  /** The user's home directory: default keys and known_hosts are below it. */
  readonly home: string;
  /** SSH_AUTH_SOCK. */
  readonly agentSocket?: string | undefined;
  /** Who can be asked about unknown hosts and for passphrases; nobody where there is no terminal. */
  readonly terminal?: Terminal | undefined;
  /** Says what a curious user wants to know of a host. */
  readonly note?: ((host: HostName, text: string) => void) | undefined;
  /** The operator's environment, for a ProxyCommand; without it one has `home`, `agentSocket` and the usual PATH. */
  readonly environment?: Environment;
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
  readonly #identities: Identities;
  readonly #hostKeyTrust: HostKeyTrust;
  readonly #handshakes = new Handshakes();
  readonly #bastions = new SharedConnections<Bastion>(async (bastion, signal) =>
    bastionOver(await this.#open(bastion, signal)),
  );

  private constructor(options: SshTransportOptions, library: Awaited<ReturnType<typeof loadSsh2>>) {
    this.#options = options;
    this.#library = library;
    this.#identities = new Identities(library, options);
    this.#hostKeyTrust = {
      store: new KnownHostsStore(),
      questions: new HostKeyQuestions(options.terminal),
      defaultFiles: defaultKnownHostsFiles(options.home),
    };
  }

  static async load(options: SshTransportOptions): Promise<SshTransport> {
    return new SshTransport(options, await loadSsh2());
  }

  async connect(target: Target, signal?: AbortSignal): Promise<Session> {
    const elevation = elevationOf(target);
    const connection = await this.#open(target, signal);
    try {
      const opening = openShellChannel(connection, target, elevation.command);
      const channel = await this.#opened(opening, target, signal);
      const readyTimeoutMs = this.#readyTimeoutMs(target);
      return await openRootShell(channel, { target, elevation, readyTimeoutMs }, signal);
    } catch (cause) {
      connection.client.destroy();
      throw cause;
    }
  }

  async #opened(opening: Promise<ShellChannel>, target: Target, signal?: AbortSignal): Promise<ShellChannel> {
    try {
      return await abortable(opening, withTimeLimit(signal, this.#readyTimeoutMs(target)));
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof KonvoyError) throw cause;
      throw shellRefused(target, asError(cause));
    }
  }

  async #open(target: Target, signal?: AbortSignal): Promise<Connection> {
    const identities = await this.#identities.for(target);
    const bastion = await this.#bastionOf(target, signal);
    const proxyCommand = this.#proxyCommandOf(target);
    try {
      const request: LoginRequest = {
        library: this.#library,
        target,
        hostKey: new HostKeyCheck(target, this.#hostKeyTrust),
        identities,
        agentSocket: this.#options.agentSocket,
        openStream:
          (bastion && (() => bastion.connection.forward(target.address, target.port))) ??
          (proxyCommand && (() => proxyCommand.open())),
        readyTimeoutMs: this.#readyTimeoutMs(target),
        keepaliveIntervalMs:
          target.settings?.keepaliveIntervalMs ?? this.#options.keepaliveIntervalMs ?? 10_000,
      };
      const connection = await this.#handshakes.run(target, () => login(request, signal));
      void connection.ended.then(() => bastion?.release());
      return connection;
    } catch (cause) {
      bastion?.release();
      throw (await proxyCommand?.explain(cause)) ?? cause;
    }
  }

  async #bastionOf(target: Target, signal?: AbortSignal): Promise<Lease<Bastion> | undefined> {
    if (target.jump === undefined) return undefined;
    try {
      return await this.#bastions.acquire(target.jump, signal);
    } catch (cause) {
      throw blameBastion(target, cause);
    }
  }

  #proxyCommandOf({ proxyCommand, ...target }: Target): ProxyCommand | undefined {
    if (proxyCommand === undefined) return undefined;
    return new ProxyCommand({ ...target, proxyCommand }, environmentOf(this.#options));
  }

  #readyTimeoutMs({ settings }: Target): number {
    return this.#options.readyTimeoutMs ?? settings?.connectTimeoutMs ?? 20_000;
  }
}

function defaultKnownHostsFiles(home: string): readonly string[] {
  return [
    `${home}/.ssh/known_hosts`,
    `${home}/.ssh/known_hosts2`,
    '/etc/ssh/ssh_known_hosts',
    '/etc/ssh/ssh_known_hosts2',
  ];
}

/** The environment of programs that are run on the operator's machine. */
export function environmentOf({ environment, home, agentSocket }: SshTransportOptions): Environment {
  const usual = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home };
  return environment ?? { ...usual, ...(agentSocket !== undefined && { SSH_AUTH_SOCK: agentSocket }) };
}
