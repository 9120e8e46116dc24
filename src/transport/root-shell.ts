import { randomBytes } from 'node:crypto';
import type { CommandResult, Mutation, Probe } from '../domain/command.ts';
import { KonvoyError } from '../domain/error.ts';
import type { HostName, UserName } from '../domain/names.ts';
import { BatchOutput } from './batch-output.ts';
import { explainRefusal } from './become.ts';
import { Dialogue, type ShellChannel } from './dialogue.ts';
import { builtinBatch, mutateBatch, preambleScript, probeBatch, type BatchFrame } from './frame.ts';
import { Greeting } from './greeting.ts';
import { acquireScript, lockOutcome, releaseScript } from './lock.ts';
import type { LockOutcome, Session } from './transport.ts';
import { within } from './within.ts';

/** Who is behind a channel, for messages, and how patient to be. */
export interface ShellOwner {
  readonly host: HostName;
  readonly user: UserName;
  readonly readyTimeoutMs: number;
}

/** Waits until the root shell behind `channel` answers; throws `sudo-refused` or `connect-failed` when it does not. */
export async function openRootShell(
  channel: ShellChannel,
  owner: ShellOwner,
  signal?: AbortSignal,
): Promise<Session> {
  const shell = new RootShell(channel, owner);
  try {
    await shell.greet(signal);
    return shell;
  } catch (cause) {
    channel.destroy();
    throw cause;
  }
}

class RootShell implements Session {
  readonly host: HostName;
  readonly #owner: ShellOwner;
  readonly #channel: ShellChannel;
  readonly #marker = randomBytes(16).toString('hex');
  readonly #dialogue: Dialogue;
  #batches = 0;
  #ready = false;
  #lockedPath: string | undefined;

  constructor(channel: ShellChannel, owner: ShellOwner) {
    this.host = owner.host;
    this.#owner = owner;
    this.#channel = channel;
    this.#dialogue = new Dialogue(channel, owner.host, this.#marker);
    void channel.ended.then((reason) => this.#dialogue.fail(this.#whyEnded(reason)));
  }

  async greet(signal?: AbortSignal): Promise<void> {
    const timer = setTimeout(() => this.#dialogue.fail(noAnswer(this.#owner)), this.#owner.readyTimeoutMs);
    try {
      const greeting = await this.#dialogue.ask(preambleScript(this.#marker), new Greeting(), signal);
      if (greeting.lacksBase64) throw noBase64(this.host);
      this.#ready = true;
    } finally {
      clearTimeout(timer);
    }
  }

  async probe(commands: readonly Probe[], signal?: AbortSignal): Promise<readonly CommandResult[]> {
    if (commands.length === 0) return [];
    return this.#run((frame) => probeBatch(frame, commands), signal);
  }

  async mutate(commands: readonly Mutation[]): Promise<readonly CommandResult[]> {
    if (commands.length === 0) return [];
    return this.#run((frame) => mutateBatch(frame, commands));
  }

  async lock(path: string, owner: string): Promise<LockOutcome> {
    if (this.#lockedPath === path) return { held: true };
    if (this.#lockedPath !== undefined)
      throw new Error(`a session holds one lock, and has ${this.#lockedPath}`);
    const [result] = await this.#run((frame) => builtinBatch(frame, acquireScript(path, owner)));
    if (result === undefined) throw new Error('the lock step left no result');
    const outcome = lockOutcome(this.host, path, result);
    if (outcome.held) this.#lockedPath = path;
    return outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const alive = !this.#dialogue.failed;
    const said = alive && (await within(this.#sayGoodbye(), patienceMs));
    this.#dialogue.fail(this.#dialogue.lost('the session was disposed'));
    if (!said || !(await within(this.#channel.ended, patienceMs))) this.#channel.destroy();
  }

  /** Waits for what is running, gives the lock back and lets the shell go; rejects when the connection is lost. */
  async #sayGoodbye(): Promise<void> {
    const path = this.#lockedPath;
    // Without a lock and with nothing running there is nothing to wait for: it saves a round trip.
    if (path !== undefined) await this.#run((frame) => builtinBatch(frame, releaseScript(path)));
    else if (!this.#dialogue.idle) await this.#run((frame) => probeBatch(frame, []));
    this.#channel.stdin.write('exit\n');
    this.#channel.hangUp();
  }

  async #run(script: (frame: BatchFrame) => Buffer, signal?: AbortSignal): Promise<readonly CommandResult[]> {
    this.#batches += 1;
    const frame = { marker: this.#marker, batch: this.#batches };
    const output = await this.#dialogue.ask(script(frame), new BatchOutput(frame.batch), signal);
    return output.results();
  }

  #whyEnded(reason: string): KonvoyError {
    if (this.#ready) return this.#dialogue.lost(reason);
    return explainRefusal({ ...this.#owner, ...this.#dialogue.noise(), reason });
  }
}

function noAnswer({ host, user, readyTimeoutMs }: ShellOwner): KonvoyError {
  return new KonvoyError(`${host}: no root shell within ${readyTimeoutMs / 1000} s after the login`, {
    code: 'connect-failed',
    host,
    hints: [`try it: ssh ${user}@${host} sudo -n id`],
  });
}

function noBase64(host: HostName): KonvoyError {
  return new KonvoyError(`${host} has no working base64`, {
    code: 'connect-failed',
    host,
    hints: [`install coreutils (or busybox) on ${host}`],
  });
}

const patienceMs = 5_000;
