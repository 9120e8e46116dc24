import { isDeepStrictEqual } from 'node:util';
import { shellWord, type CommandResult, type Mutation, type Probe } from '../../src/domain/command.ts';
import { KonvoyError } from '../../src/domain/error.ts';
import type { HostName } from '../../src/domain/names.ts';
import { onAbort } from '../../src/transport/abort.ts';
import type { LockHolder, LockOutcome, Session } from '../../src/transport/transport.ts';

/** One command that a scripted session expects once, and what it answers. */
export interface ScriptedStep {
  readonly effect: 'none' | 'change';
  readonly argv: readonly string[];
  /** What must arrive on standard input; absent means nothing may. */
  readonly stdin?: string | Uint8Array;
  readonly exitCode?: number;
  readonly stdout?: string | Uint8Array;
  readonly stderr?: string;
  /** It is never over: only an abort or the loss of the connection ends it. */
  readonly hangs?: boolean;
}

/** Who holds which lock; sessions with one host share it. */
export type ScriptedLocks = Map<string, ScriptedLock>;

interface ScriptedLock {
  readonly holder: object;
  readonly owner: string;
  readonly process?: LockHolder;
}

/**
 * A session that runs nothing and is strict: a command that no unused step expects fails, and so does `assertNoPending`
 * when a step was never asked for. Steps may be asked for in any order; equal ones are used in theirs. In everything
 * else it is a session as all others, which the contract of the transports sees to.
 */
export class ScriptedSession implements Session {
  readonly host: HostName;
  /** Every command that was run, in order. */
  readonly transcript: (readonly string[])[] = [];
  /** The number of batches: what a real host would cost in round trips. */
  batches = 0;
  readonly #steps: ScriptedStep[];
  readonly #locks: ScriptedLocks;
  readonly #waiting: Turn[] = [];
  #running: Turn | undefined;
  #lost: KonvoyError | undefined;

  constructor(host: HostName, steps: readonly ScriptedStep[], locks: ScriptedLocks = new Map()) {
    this.host = host;
    this.#steps = [...steps];
    this.#locks = locks;
  }

  /** Makes the lock of a path belong to somebody else. */
  lockedBy(path: string, owner: string, process?: LockHolder): this {
    this.#locks.set(path, { holder: {}, owner, ...(process === undefined ? {} : { process }) });
    return this;
  }

  async probe(commands: readonly Probe[], signal?: AbortSignal): Promise<readonly CommandResult[]> {
    return this.#run(commands, { stopsAtFailure: false, signal });
  }

  async mutate(commands: readonly Mutation[]): Promise<readonly CommandResult[]> {
    return this.#run(commands, { stopsAtFailure: true });
  }

  async lock(path: string, owner: string): Promise<LockOutcome> {
    let outcome: LockOutcome = { held: true };
    await this.#take(() => {
      const found = this.#locks.get(path);
      if (found === undefined) this.#locks.set(path, { holder: this, owner });
      else if (found.holder !== this) {
        const { owner: other, process } = found;
        outcome = { held: false, owner: other, ...(process === undefined ? {} : { holder: process }) };
      }
      return 'done';
    });
    return outcome;
  }

  async breakLock(path: string, holder: LockHolder): Promise<void> {
    await this.#take(() => {
      if (!isDeepStrictEqual(this.#locks.get(path)?.process, holder))
        throw new KonvoyError(`cannot break the lock ${path} on ${this.host}`, { code: 'lock-held' });
      this.#locks.delete(path);
      return 'done';
    });
  }

  /** Breaks the connection. */
  cut(reason = 'it was cut'): void {
    this.#lost ??= new KonvoyError(`lost the connection to ${this.host}: ${reason}`, {
      code: 'connection-lost',
      host: this.host,
    });
    for (const [path, { holder }] of this.#locks) if (holder === this) this.#locks.delete(path);
    const turns = [...(this.#running === undefined ? [] : [this.#running]), ...this.#waiting.splice(0)];
    this.#running = undefined;
    for (const turn of turns) turn.reject(this.#lost);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut('the session was disposed');
  }

  /** Throws when a step was expected and never asked for. */
  assertNoPending(): void {
    if (this.#steps.length === 0) return;
    const missing = this.#steps.map((step) => `  ${describe(step)}`).join('\n');
    throw new Error(`${this.host} was never asked for:\n${missing}`);
  }

  async #run(
    commands: readonly (Probe | Mutation)[],
    {
      stopsAtFailure,
      signal,
    }: { readonly stopsAtFailure: boolean; readonly signal?: AbortSignal | undefined },
  ): Promise<readonly CommandResult[]> {
    if (commands.length === 0) return [];
    // What no shell could be sent is refused here as well.
    for (const { argv } of commands) argv.forEach(shellWord);
    const results: CommandResult[] = [];
    await this.#take(() => {
      for (const command of commands) {
        const step = this.#next(command);
        if (step.hangs === true) return 'hangs';
        results.push(resultOf(step));
        if (stopsAtFailure && (step.exitCode ?? 0) !== 0) break;
      }
      return 'done';
    }, signal);
    return results;
  }

  /** Waits for its turn: work is done one batch after the other, and never before the caller has got its promise. */
  async #take(work: Turn['work'], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#lost !== undefined) throw this.#lost;
    let stopListening = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const turn: Turn = { work, resolve, reject };
        stopListening = onAbort(signal, (reason) => this.#abandon(turn, reason));
        this.#waiting.push(turn);
        setImmediate(() => this.#advance());
      });
    } finally {
      stopListening();
    }
  }

  #advance(): void {
    if (this.#running !== undefined) return;
    const turn = this.#waiting.shift();
    if (turn === undefined) return;
    this.#running = turn;
    this.batches += 1;
    try {
      if (turn.work() === 'hangs') return;
      turn.resolve();
    } catch (cause) {
      turn.reject(cause);
    }
    this.#running = undefined;
    setImmediate(() => this.#advance());
  }

  #abandon(turn: Turn, reason: Error): void {
    turn.reject(reason);
    const place = this.#waiting.indexOf(turn);
    if (place === -1) this.cut('it was closed when a running command was abandoned');
    else this.#waiting.splice(place, 1);
  }

  #next(command: Probe | Mutation): ScriptedStep {
    this.transcript.push(command.argv);
    const place = this.#steps.findIndex((step) => matches(step, command));
    const [step] = place === -1 ? [] : this.#steps.splice(place, 1);
    if (step === undefined) throw new Error(`${this.host} does not expect: ${describe(command)}`);
    return step;
  }
}

interface Turn {
  /** Says whether it came to its end. */
  readonly work: () => 'done' | 'hangs';
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

function resultOf({ exitCode = 0, stdout = '', stderr = '' }: ScriptedStep): CommandResult {
  return { exitCode, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
}

function matches(step: ScriptedStep, { effect, argv, stdin }: Probe | Mutation): boolean {
  if (step.effect !== effect || !isDeepStrictEqual(step.argv, argv)) return false;
  if (step.stdin === undefined || stdin === undefined) return step.stdin === stdin;
  return Buffer.from(step.stdin).equals(stdin);
}

function describe({ effect, argv }: { readonly effect: string; readonly argv: readonly string[] }): string {
  return `${effect === 'none' ? 'probe' : 'mutate'} ${JSON.stringify(argv)}`;
}
