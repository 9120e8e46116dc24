import { KonvoyError } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import type { Target } from '../domain/target.ts';
import { createOpensshTransport } from './openssh/openssh.ts';
import { whatSsh2Lacks, whyOnlyOpenssh, type OperatorFiles } from './openssh/only-openssh.ts';
import { SshConfig } from './openssh/ssh-config.ts';
import { KnownHostsStore } from './ssh/known-hosts-store.ts';
import { createSshTransport, environmentOf, type SshTransportOptions } from './ssh/ssh.ts';
import type { Session, Transport } from './transport.ts';

/** What can be said about the way to a host before there is one. */
export interface RouteReport {
  /** The system's ssh is taken, and why. */
  readonly tookOpenssh: (host: HostName, why: string) => void;
  /** Something is not done as the user's ssh_config says. */
  readonly warn: (message: string, hint: string) => void;
}

/** Reaches each host with the client that can: ssh2, or OpenSSH's own for what ssh2 cannot do. */
export function createSshClients(options: SshTransportOptions, report: RouteReport): Transport {
  const clients = new SshClients(options, report);
  return { connect: (target, signal) => clients.connect(target, signal) };
}

class SshClients {
  readonly #report: RouteReport;
  readonly #config: SshConfig;
  readonly #files: OperatorFiles;
  readonly #ssh2: Transport;
  readonly #openssh: Transport;
  /** Places with which ssh2 has no algorithm in common. */
  readonly #foreign = new Map<string, string>();

  constructor(options: SshTransportOptions, report: RouteReport) {
    const { home, agentSocket } = options;
    this.#report = report;
    this.#config = new SshConfig({ home, environment: environmentOf(options), warn: report.warn });
    this.#files = { home, agentSocket, knownHosts: new KnownHostsStore() };
    this.#ssh2 = createSshTransport(options);
    this.#openssh = createOpensshTransport({ ...options, configFile: this.#config.file });
  }

  async connect(asked: Target, signal?: AbortSignal): Promise<Session> {
    signal?.throwIfAborted();
    const target = await this.#config.resolve(asked);
    switch (target.client) {
      case 'openssh':
        return this.#openssh.connect(target, signal);
      case 'ssh2':
        refuseWhatSsh2Lacks(target);
        return this.#ssh2.connect(target, signal);
      case 'auto':
        return this.#connectWithEither(target, signal);
      default:
        return target.client satisfies never;
    }
  }

  async #connectWithEither(target: Target, signal?: AbortSignal): Promise<Session> {
    const place = `${target.address} ${target.port}`;
    const why = this.#foreign.get(place) ?? (await whyOnlyOpenssh(target, this.#files));
    if (why !== undefined) return this.#connectWithOpenssh(target, why, signal);
    try {
      return await this.#ssh2.connect(target, signal);
    } catch (cause) {
      const missing = missingAlgorithm(cause);
      // Nothing was said about us yet, so the other client's login is the first one. Any other failure is final.
      if (missing === undefined) throw cause;
      this.#foreign.set(place, missing);
      return this.#connectWithOpenssh(target, missing, signal);
    }
  }

  #connectWithOpenssh(target: Target, why: string, signal?: AbortSignal): Promise<Session> {
    this.#report.tookOpenssh(target.host, why);
    return this.#openssh.connect(target, signal);
  }
}

function refuseWhatSsh2Lacks(target: Target): void {
  const { host, jump } = target;
  const lack = whatSsh2Lacks(target);
  if (lack !== undefined) {
    throw new KonvoyError(`${host}: ${lack}, and no other client may be used`, {
      code: 'connect-failed',
      host,
      hints: ["let OpenSSH's client do it: --transport auto, konvoy_ha_ssh_client: auto"],
    });
  }
  if (jump !== undefined) refuseWhatSsh2Lacks(jump);
}

/** What the two sides of a handshake had none of in common, by ssh2's words. */
function missingAlgorithm(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const kind = /^Handshake failed: no matching (?<kind>.+)$/.exec(cause.message)?.groups?.['kind'];
  if (kind !== undefined) return `ssh2 and the server know no common ${kind}`;
  return missingAlgorithm(cause.cause);
}
