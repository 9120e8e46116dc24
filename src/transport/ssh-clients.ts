import { KonvoyError } from '../domain/error.ts';
import type { Target } from '../domain/target.ts';
import { createOpensshTransport } from './openssh/openssh.ts';
import { whatSsh2Lacks } from './openssh/only-openssh.ts';
import { SshConfig } from './openssh/ssh-config.ts';
import { NeedsOpenssh } from './ssh/needs-openssh.ts';
import { createSshTransport, environmentOf, type SshTransportOptions } from './ssh/ssh.ts';
import type { Session, Transport } from './transport.ts';

/** What both clients need, and whom to tell what. */
export interface SshClientsOptions extends SshTransportOptions {
  /** Told of what is not done as the user's ssh_config says, once each. */
  readonly warn?: ((message: string, hint: string) => void) | undefined;
}

/** Reaches each host with the client that can: ssh2, or OpenSSH's own for what ssh2 cannot do. */
export function createSshClients(options: SshClientsOptions): Transport {
  const clients = new SshClients(options);
  return { connect: (target, signal) => clients.connect(target, signal) };
}

class SshClients {
  readonly #note: SshTransportOptions['note'];
  readonly #config: SshConfig;
  readonly #ssh2: Transport;
  readonly #openssh: Transport;
  /** Why ssh2 has failed at a host before it could be refused a login. */
  readonly #needsOpenssh = new Map<string, string>();

  constructor(options: SshClientsOptions) {
    this.#note = options.note;
    const warn = options.warn ?? (() => undefined);
    this.#config = new SshConfig({ home: options.home, environment: environmentOf(options), warn });
    this.#ssh2 = createSshTransport(options);
    this.#openssh = createOpensshTransport({ ...options, configFile: this.#config.file });
  }

  async connect(asked: Target, signal?: AbortSignal): Promise<Session> {
    signal?.throwIfAborted();
    const target = await this.#config.resolve(asked);
    const lack = whatSsh2Lacks(target);
    switch (target.client) {
      case 'openssh':
        return this.#openssh.connect(target, signal);
      case 'ssh2':
        if (lack !== undefined) throw notByOthers(target, lack);
        return this.#ssh2.connect(target, signal);
      case 'auto':
        return lack === undefined
          ? this.#connectWithEither(target, signal)
          : this.#connectWithOpenssh(target, lack, signal);
      default:
        return target.client satisfies never;
    }
  }

  async #connectWithEither(target: Target, signal?: AbortSignal): Promise<Session> {
    const login = JSON.stringify(target);
    const before = this.#needsOpenssh.get(login);
    if (before !== undefined) return this.#connectWithOpenssh(target, before, signal);
    try {
      return await this.#ssh2.connect(target, signal);
    } catch (cause) {
      const because = whyOpenssh(cause);
      // Nobody has refused us yet, so the other client's login is the first one. Any other failure is final.
      if (because === undefined) throw cause;
      this.#needsOpenssh.set(login, because);
      return this.#connectWithOpenssh(target, because, signal);
    }
  }

  #connectWithOpenssh(target: Target, because: string, signal?: AbortSignal): Promise<Session> {
    this.#note?.(target.host, `reached with the system's ssh: ${because}`);
    return this.#openssh.connect(target, signal);
  }
}

function notByOthers({ host }: Target, lack: string): KonvoyError {
  return new KonvoyError(`${host}: ${lack}, and no other client may be used`, {
    code: 'connect-failed',
    host,
    hints: ["let OpenSSH's client do it: --transport auto, konvoy_ha_ssh_client: auto"],
  });
}

/** It may be a bastion that needs the other client: the host's failure has the bastion's as its cause. */
function whyOpenssh(cause: unknown): string | undefined {
  if (cause instanceof NeedsOpenssh) return cause.because;
  return cause instanceof Error ? whyOpenssh(cause.cause) : undefined;
}
