import { isDeepStrictEqual } from 'node:util';
import type { CommandResult, Mutation, Probe } from '../../src/domain/command.ts';
import type { HostName } from '../../src/domain/names.ts';
import type { LockOutcome, Session } from '../../src/transport/transport.ts';

/** One command that a scripted session expects once, and what it answers. */
export interface ScriptedStep {
  readonly effect: 'none' | 'change';
  readonly argv: readonly string[];
  /** What must arrive on standard input; absent means nothing may. */
  readonly stdin?: string;
  readonly exitCode?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/**
 * A session that runs nothing and is strict: a command that no unused step expects fails, and so does `assertNoPending`
 * when a step was never asked for. Steps may be asked for in any order; equal ones are used in theirs.
 */
export class ScriptedSession implements Session {
  readonly host: HostName;
  /** Every command that was run, in order. */
  readonly transcript: (readonly string[])[] = [];
  /** The number of batches: what a real host would cost in round trips. */
  batches = 0;
  disposed = false;
  readonly #steps: ScriptedStep[];
  #lock: LockOutcome = { held: true };

  constructor(host: HostName, steps: readonly ScriptedStep[]) {
    this.host = host;
    this.#steps = [...steps];
  }

  /** Makes the lock belong to somebody else. */
  lockedBy(owner: string): this {
    this.#lock = { held: false, owner };
    return this;
  }

  async probe(commands: readonly Probe[], signal?: AbortSignal): Promise<readonly CommandResult[]> {
    signal?.throwIfAborted();
    this.#begin();
    return commands.map((command) => this.#answer(command));
  }

  async mutate(commands: readonly Mutation[]): Promise<readonly CommandResult[]> {
    this.#begin();
    const results: CommandResult[] = [];
    for (const command of commands) {
      const result = this.#answer(command);
      results.push(result);
      if (result.exitCode !== 0) break;
    }
    return results;
  }

  async lock(): Promise<LockOutcome> {
    this.#begin();
    return this.#lock;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
  }

  /** Throws when a step was expected and never asked for. */
  assertNoPending(): void {
    if (this.#steps.length === 0) return;
    const missing = this.#steps.map((step) => `  ${describe(step)}`).join('\n');
    throw new Error(`${this.host} was never asked for:\n${missing}`);
  }

  #begin(): void {
    if (this.disposed) throw new Error(`the session with ${this.host} was disposed`);
    this.batches += 1;
  }

  #answer(command: Probe | Mutation): CommandResult {
    this.transcript.push(command.argv);
    const place = this.#steps.findIndex((step) => matches(step, command));
    const [step] = place === -1 ? [] : this.#steps.splice(place, 1);
    if (step === undefined) throw new Error(`${this.host} does not expect: ${describe(command)}`);
    return {
      exitCode: step.exitCode ?? 0,
      stdout: Buffer.from(step.stdout ?? ''),
      stderr: Buffer.from(step.stderr ?? ''),
    };
  }
}

function matches(step: ScriptedStep, { effect, argv, stdin }: Probe | Mutation): boolean {
  const input = stdin === undefined ? undefined : Buffer.from(stdin).toString();
  return step.effect === effect && isDeepStrictEqual(step.argv, argv) && step.stdin === input;
}

function describe({ effect, argv }: { readonly effect: string; readonly argv: readonly string[] }): string {
  return `${effect === 'none' ? 'probe' : 'mutate'} ${JSON.stringify(argv)}`;
}
