import { randomBytes } from 'node:crypto';
import type { CommandResult, Mutation, Probe } from '../domain/command.ts';
import { KonvoyError } from '../domain/error.ts';
import type { HostName } from '../domain/names.ts';
import type { Target } from '../domain/target.ts';
import { onAbort } from './abort.ts';
import { BatchOutput } from './batch-output.ts';
import { explainRefusal, isHopeless, wrongPassword } from './become-refusal.ts';
import type { Elevation, PasswordQuestion } from './become.ts';
import { Dialogue, type ShellChannel } from './dialogue.ts';
import { builtinBatch, mutateBatch, preambleScript, probeBatch, type BatchFrame } from './frame.ts';
import { Greeting } from './greeting.ts';
import { acquireScript, breakScript, lockOutcome, releaseScript, requireEnded } from './lock.ts';
import { PasswordAnswer, type PasswordStep } from './password-answer.ts';
import type { LockHolder, LockOutcome, Session } from './transport.ts';
import { within } from './within.ts';

/** Who is behind a channel, how its command becomes root, and how patient to be. */
export interface ShellOwner {
  readonly target: Pick<Target, 'host' | 'user' | 'become'>;
  /** The one whose command runs in the channel. */
  readonly elevation: Elevation;
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
    await shell.becomeRoot(signal);
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
    this.host = owner.target.host;
    this.#owner = owner;
    this.#channel = channel;
    this.#dialogue = new Dialogue(channel, this.host, this.#marker);
    void channel.ended.then((reason) => this.#dialogue.fail(this.#whyEnded(reason)));
  }

  /** Answers the question for a password, if there may be one; until the root shell is there nothing else is sent. */
  async becomeRoot(signal?: AbortSignal): Promise<void> {
    const { question } = this.#owner.elevation;
    if (question === undefined) return;
    signal?.throwIfAborted();
    let stop = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        stop = this.#answer(question, { resolve, reject, signal });
      });
    } finally {
      stop();
    }
    this.#channel.stdin.write('\n');
  }

  async greet(signal?: AbortSignal): Promise<void> {
    const timer = setTimeout(() => this.#dialogue.fail(this.#noAnswer()), this.#owner.readyTimeoutMs);
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
    return this.#run((frame) => probeBatch(frame, commands), { commands, signal });
  }

  async mutate(commands: readonly Mutation[]): Promise<readonly CommandResult[]> {
    if (commands.length === 0) return [];
    return this.#run((frame) => mutateBatch(frame, commands), { commands });
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

  async breakLock(path: string, holder: LockHolder, graceMs: number): Promise<void> {
    const [result] = await this.#run((frame) => builtinBatch(frame, breakScript(path, holder, graceMs)));
    requireEnded(this.host, path, result);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const alive = !this.#dialogue.failed;
    const said = alive && (await within(this.#sayGoodbye(), patienceMs));
    this.#dialogue.fail(this.#dialogue.lost('the session was disposed'));
    if (!said || !(await within(this.#channel.ended, patienceMs))) this.#channel.destroy();
  }

  #answer(question: PasswordQuestion, { resolve, reject, signal }: Settling): () => void {
    const { stdin, stdout, stderr, ended } = this.#channel;
    const answer = new PasswordAnswer(question);
    const take = (step: PasswordStep): void => {
      if (step === 'send-password') stdin.write(`${question.password.reveal()}\n`);
      else if (step === 'give-up') reject(wrongPassword(this.#owner.target));
      else if (step === 'go-on') resolve();
      else if (isHopeless(this.#dialogue.noise().stderr)) reject(this.#explain('it goes on asking'));
    };
    const readStdout = (chunk: Buffer): void => take(answer.readStdout(chunk));
    const readStderr = (chunk: Buffer): void => take(answer.readStderr(chunk));
    stdout.on('data', readStdout);
    stderr.on('data', readStderr);
    void ended.then((reason) => reject(this.#explain(reason)));
    const timer = setTimeout(() => reject(this.#noAnswer()), this.#owner.readyTimeoutMs);
    const stopListening = onAbort(signal, reject);
    return () => {
      stdout.off('data', readStdout);
      stderr.off('data', readStderr);
      clearTimeout(timer);
      stopListening();
    };
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

  async #run(
    script: (frame: BatchFrame) => Buffer,
    { commands = [], signal }: BatchOptions = {},
  ): Promise<readonly CommandResult[]> {
    this.#batches += 1;
    const frame = { marker: this.#marker, batch: this.#batches };
    const output = new BatchOutput(frame.batch, commands);
    return (await this.#dialogue.ask(script(frame), output, signal)).results();
  }

  #whyEnded(reason: string): KonvoyError {
    return this.#ready ? this.#dialogue.lost(reason) : this.#explain(reason);
  }

  #explain(reason: string): KonvoyError {
    return explainRefusal({ target: this.#owner.target, ...this.#dialogue.noise(), reason });
  }

  #noAnswer(): KonvoyError {
    const { target, readyTimeoutMs } = this.#owner;
    const { host, user, become } = target;
    return new KonvoyError(`${host}: no root shell within ${readyTimeoutMs / 1000} s after the login`, {
      code: 'connect-failed',
      host,
      hints: [`try it: ssh ${user}@${host} ${become.method} -n id`],
    });
  }
}

interface BatchOptions {
  readonly commands?: readonly (Probe | Mutation)[];
  readonly signal?: AbortSignal | undefined;
}

interface Settling {
  readonly resolve: () => void;
  readonly reject: (cause: Error) => void;
  readonly signal: AbortSignal | undefined;
}

function noBase64(host: HostName): KonvoyError {
  return new KonvoyError(`${host} has no working base64`, {
    code: 'connect-failed',
    host,
    hints: [`install coreutils (or busybox) on ${host}`],
  });
}

const patienceMs = 5_000;
