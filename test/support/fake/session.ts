import type { CommandResult, Mutation, Probe } from '../../../src/domain/command.ts';
import { KonvoyError } from '../../../src/domain/error.ts';
import { LOCK_PATH } from '../../../src/domain/host-lock.ts';
import type { HostName } from '../../../src/domain/names.ts';
import type { LockOutcome, Session } from '../../../src/transport/transport.ts';
import { complained } from '../command-results.ts';
import type { FakeLock, FakeMachine } from './machine.ts';

/** What befalls a run: a command fails, a connection is lost, or the program is killed. */
export interface FakeFault {
  readonly kind: 'fail' | 'cut' | 'kill';
  readonly host: HostName;
  /** At which of the batches that change this host, counted from 0. */
  readonly batch: number;
  /** After the batch was carried out, not before; a command fails before. */
  readonly isLate: boolean;
}

/** One run of the program: all of its sessions, and whether it lives. */
export class FakeRun {
  readonly #fault: FakeFault | undefined;
  readonly #sessions = new Set<FakeSession>();
  readonly #batches = new Map<HostName, number>();
  #onKill: () => void = () => undefined;
  isKilled = false;
  /** True once the fault has struck. */
  isStruck = false;
  /** Resolves when the program is killed, and never otherwise. */
  readonly killed = new Promise<void>((resolve) => {
    this.#onKill = resolve;
  });

  constructor(fault: FakeFault | undefined) {
    this.#fault = fault;
  }

  add(session: FakeSession): void {
    this.#sessions.add(session);
  }

  /** What is to happen at this batch. */
  faultAt(host: HostName): FakeFault | undefined {
    const batch = this.#batches.get(host) ?? 0;
    this.#batches.set(host, batch + 1);
    if (this.#fault?.host !== host || this.#fault.batch !== batch) return undefined;
    this.isStruck = true;
    return this.#fault;
  }

  /** A program that was killed goes on nowhere. */
  async alive(): Promise<void> {
    if (this.isKilled) await new Promise(() => undefined);
  }

  kill(): void {
    this.isKilled = true;
    for (const session of this.#sessions) session.cut();
    this.#onKill();
  }
}

/** A connection to a machine in memory. */
export class FakeSession implements Session {
  readonly host: HostName;
  readonly #machine: FakeMachine;
  readonly #run: FakeRun;
  #isLost = false;
  #lock: FakeLock | undefined;

  constructor(machine: FakeMachine, run: FakeRun) {
    this.host = machine.name;
    this.#machine = machine;
    this.#run = run;
    run.add(this);
  }

  async probe(commands: readonly Probe[]): Promise<readonly CommandResult[]> {
    await this.#connected();
    const results = commands.map(({ argv, stdin }) => this.#machine.run(argv, stdin));
    await this.#connected();
    return results;
  }

  async mutate(commands: readonly Mutation[]): Promise<readonly CommandResult[]> {
    if (commands.length === 0) return [];
    await this.#connected();
    const fault = this.#run.faultAt(this.host);
    if (fault?.kind === 'fail') return [complained('it failed, as it was to', 1)];
    if (fault !== undefined && !fault.isLate) this.#strike(fault);
    const results: CommandResult[] = [];
    if (!this.#isLost) {
      for (const { argv, stdin } of commands) {
        const result = this.#machine.run(argv, stdin);
        results.push(result);
        if (result.exitCode !== 0) break;
      }
    }
    if (fault?.isLate === true) this.#strike(fault);
    await this.#connected();
    return results;
  }

  async lock(path: string, owner: string): Promise<LockOutcome> {
    if (path !== LOCK_PATH) throw new Error(`nobody locks ${path}`);
    await this.#connected();
    const held = this.#machine.lock;
    if (held !== undefined) return { held: false, owner: held.owner };
    this.#machine.lock = this.#lock = { owner, cut: () => this.cut() };
    return { held: true };
  }

  async breakLock(): Promise<void> {
    await this.#connected();
    throw new Error(`nobody breaks the lock of ${this.host}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    return Promise.resolve();
  }

  /** Ends the connection; the kernel frees the lock. */
  cut(): void {
    this.#isLost = true;
    if (this.#machine.lock === this.#lock) this.#machine.lock = undefined;
  }

  #strike({ kind }: FakeFault): void {
    if (kind === 'kill') this.#run.kill();
    else this.cut();
  }

  async #connected(): Promise<void> {
    await this.#run.alive();
    if (!this.#isLost && this.#machine.isUp) return;
    throw new KonvoyError(`lost the connection to ${this.host}`, {
      code: 'connection-lost',
      host: this.host,
    });
  }
}
