import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { KonvoyError } from '../../domain/error.ts';
import type { Target } from '../../domain/target.ts';
import { abortable } from '../abort.ts';
import { elevationOf, type Elevation } from '../become.ts';
import { childChannel } from '../child-channel.ts';
import type { ShellChannel } from '../dialogue.ts';
import { expandedProxyCommand } from '../expanded-proxy-command.ts';
import { Handshakes } from '../handshakes.ts';
import { endProcessGroup } from '../process-group.ts';
import { openRootShell } from '../root-shell.ts';
import { blameBastion, SharedConnections, type Lease } from '../shared-connections.ts';
import { environmentOf, type SshTransportOptions } from '../ssh/ssh.ts';
import type { Session, Transport } from '../transport.ts';
import { within } from '../within.ts';
import { askpassFor, type Askpass } from './askpass.ts';
import { startMaster, type Master } from './masters.ts';
import { sshArguments, type SshRun } from './ssh-arguments.ts';
import { startSsh, whyFailed, type SshProcess } from './ssh-process.ts';
import { isTransientSsh } from './ssh-stderr.ts';

/** What this transport needs of its surroundings. */
export interface OpensshTransportOptions extends SshTransportOptions {
  /** ssh_config to read where a target names none; without it ssh reads the user's and the system's. */
  readonly configFile?: string | undefined;
  /** Where the sockets of bastions and the pipes of passwords are made; the system's place for temporary files without it. */
  readonly controlDirectory?: string | undefined;
}

/** Reaches hosts with the system's ssh: one process with three pipes for each, and one for each bastion. */
export function createOpensshTransport(options: OpensshTransportOptions): Transport {
  const transport = new OpensshTransport(options);
  return { connect: (target, signal) => transport.connect(target, signal) };
}

class OpensshTransport {
  readonly #options: OpensshTransportOptions;
  readonly #handshakes = new Handshakes();
  readonly #masters = new SharedConnections<Master>((bastion, signal) => this.#startMaster(bastion, signal));

  constructor(options: OpensshTransportOptions) {
    this.#options = options;
  }

  async connect(target: Target, signal?: AbortSignal): Promise<Session> {
    signal?.throwIfAborted();
    refuseUnsafeCommand(target);
    const lease = await this.#masterFor(target, signal);
    try {
      return await this.#handshakes.run(target, () => this.#logIn(target, lease, signal));
    } catch (cause) {
      lease?.release();
      throw cause;
    }
  }

  /** As with ssh2: again only when sshd closed the connection before it was told anything, and not at once. */
  async #logIn(target: Target, lease: Lease<Master> | undefined, signal?: AbortSignal): Promise<Session> {
    for (let attempt = 1; ; attempt += 1) {
      const run = this.#runOf(target, lease?.connection);
      const elevation = elevationOf(target);
      await using askpass = await this.#askpassOf(target);
      const asksPassword = askpass !== undefined;
      const argv = ['ssh', ...sshArguments(target, { ...run, asksPassword }), elevation.command] as const;
      const running = startSsh(argv, { ...environmentOf(this.#options), ...askpass?.environment });
      try {
        return await this.#openShell({ target, elevation, running, lease }, signal);
      } catch (cause) {
        const isOver = attempt === maximumAttempts || signal?.aborted === true || isRefusedBySudo(cause);
        if (isOver || !isTransientSsh(running.stderr.text)) throw cause;
      }
      await abortable(sleep(attempt * 200 + Math.random() * 400), signal);
    }
  }

  async #openShell({ target, elevation, running, lease }: Opening, signal?: AbortSignal): Promise<Session> {
    const channel = channelOf(running);
    // Its own ConnectTimeout ends at the login; from there on it is as patient as we are.
    const readyTimeoutMs = 2 * this.#readyTimeoutMs(target);
    try {
      const session = await openRootShell(channel, { target, elevation, readyTimeoutMs }, signal);
      void channel.ended.then(() => lease?.release());
      return session;
    } catch (cause) {
      if (signal?.aborted === true || isRefusedBySudo(cause) || !(await within(running.exit, 0))) throw cause;
      // The exit status of ssh's own failures; a shell's is what the account's login shell or sudo made of it.
      const status = await running.exit;
      throw status === 255 || running.isMissing()
        ? whyFailed(target, running, lease?.connection.refusals())
        : cause;
    }
  }

  async #masterFor(target: Target, signal?: AbortSignal): Promise<Lease<Master> | undefined> {
    if (target.jump === undefined) return undefined;
    try {
      return await this.#masters.acquire(target.jump, signal);
    } catch (cause) {
      throw blameBastion(target, cause);
    }
  }

  async #startMaster(bastion: Target, signal: AbortSignal): Promise<Master> {
    refuseUnsafeCommand(bastion);
    const lease = await this.#masterFor(bastion, signal);
    try {
      await using askpass = await this.#askpassOf(bastion);
      const asksPassword = askpass !== undefined;
      const master = await this.#handshakes.run(bastion, () =>
        startMaster(
          {
            target: bastion,
            argumentsFor: (masterSocket) =>
              sshArguments(bastion, {
                ...this.#runOf(bastion, lease?.connection),
                masterSocket,
                asksPassword,
              }),
            parent: this.#options.controlDirectory,
            environment: { ...environmentOf(this.#options), ...askpass?.environment },
            readyTimeoutMs: 2 * this.#readyTimeoutMs(bastion),
          },
          signal,
        ),
      );
      void master.ended.then(() => lease?.release());
      return master;
    } catch (cause) {
      lease?.release();
      throw cause;
    }
  }

  async #askpassOf(target: Target): Promise<Askpass | undefined> {
    const { password, settings } = target;
    const methods = settings?.authentications;
    const isTyped = methods === undefined || methods.some((method) => method !== 'publickey');
    if (password === undefined || !isTyped) return undefined;
    return askpassFor(target, password, this.#options.controlDirectory);
  }

  #runOf(target: Target, master: Master | undefined): SshRun {
    const { home, configFile, keepaliveIntervalMs } = this.#options;
    return {
      home,
      configFile,
      proxyCommand: master?.proxyCommand,
      connectTimeoutMs: this.#readyTimeoutMs(target),
      keepaliveIntervalMs: target.settings?.keepaliveIntervalMs ?? keepaliveIntervalMs ?? 10_000,
    };
  }

  #readyTimeoutMs({ settings }: Target): number {
    return this.#options.readyTimeoutMs ?? settings?.connectTimeoutMs ?? 20_000;
  }
}

/** One attempt to log in. */
interface Opening {
  readonly target: Target;
  readonly elevation: Elevation;
  readonly running: SshProcess;
  readonly lease: Lease<Master> | undefined;
}

// Sudo has had its one password: whatever ssh says of the end, there is no second attempt.
function isRefusedBySudo(cause: unknown): boolean {
  return cause instanceof KonvoyError && cause.code === 'sudo-refused';
}

function channelOf({ child, stderr }: SshProcess): ShellChannel {
  return childChannel(child, {
    describe: (exit) => {
      if (/not responding|timed out/i.test(stderr.text)) return 'it stopped answering';
      const said = exit === 'exit 255' ? stderr.lastLines(1) : '';
      return said === '' ? `ssh ended (${exit})` : `ssh ended: ${said}`;
    },
    // ssh would wait for a daemon that a command has left with the streams; the shell itself ends in no time.
    hangUp: () => void setTimeout(() => endIfAlive(child), drainMs).unref(),
    destroy: () => endIfAlive(child),
  });
}

function endIfAlive(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) endProcessGroup(child);
}

// ssh expands a ProxyCommand itself, and quotes nothing.
function refuseUnsafeCommand({ proxyCommand, ...target }: Target): void {
  if (proxyCommand !== undefined) expandedProxyCommand({ ...target, proxyCommand });
}

const maximumAttempts = 4;

const drainMs = 500;
