import { PATHS, SERVICE } from '../../../src/backends/keepalived/layout.ts';
import { sharedIdentity } from '../../../src/backends/keepalived/identity.ts';
import type { CommandResult } from '../../../src/domain/command.ts';
import type { HostName } from '../../../src/domain/names.ts';
import { lockOwnerMark } from '../../../src/domain/host-lock.ts';
import { said } from '../command-results.ts';
import { runProgram } from './programs.ts';
import { undoSteps } from './shell-line.ts';
import { FakeTree } from './tree.ts';

/** Whoever holds the lock of a machine, and what it has said of itself. */
export interface FakeLock {
  readonly owner: string;
  /** Ends the session that holds it. */
  readonly cut: () => void;
}

/** Where a machine is, and what time it is there. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Lets time pass. */
  pass(ms: number): void;
  /** True when the machine has the VIP. */
  holdsVip(machine: FakeMachine): boolean;
  /** The link-layer address that answers for the VIP, if any does. */
  vipMac(): string | undefined;
}

/** The router that keepalived has made of the configuration that it has read. */
interface Router {
  readonly identity: string;
  readonly priority: number;
}

/** A Debian 12 in memory: its files, its accounts, one package, one service, and the dead-men that wait on it. */
export class FakeMachine {
  readonly name: HostName;
  readonly tree = new FakeTree('/etc/systemd/system', '/usr/libexec', '/var/lib', '/run');
  readonly users = new Set<string>();
  readonly packages = new Map<string, string>();
  readonly around: Surroundings;
  enabled = false;
  isUp = true;
  lock: FakeLock | undefined;
  /** The runs whose dead-men wait in the background. */
  readonly watchers = new Set<string>();
  isBooting = false;
  #router: Router | undefined;
  #bootedAt: number;

  constructor(name: HostName, around: Surroundings) {
    this.name = name;
    this.around = around;
    this.#bootedAt = around.now();
  }

  get running(): boolean {
    return this.#router !== undefined;
  }

  get router(): Router | undefined {
    return this.isUp ? this.#router : undefined;
  }

  /** Whole seconds. */
  get uptime(): number {
    return Math.floor((this.around.now() - this.#bootedAt) / 1000);
  }

  run(argv: readonly string[], stdin?: Uint8Array): CommandResult {
    return runProgram(this, argv, stdin);
  }

  /** keepalived reads its configuration; without one it does not run. */
  start(): boolean {
    const conf = this.tree.text(PATHS.conf) ?? '';
    const priority = Number(/^\s*priority (\d+)/m.exec(conf)?.[1]);
    if (!this.packages.has(SERVICE) || !(priority > 0)) return false;
    this.#router = { identity: sharedIdentity(conf), priority };
    return true;
  }

  stop(): void {
    this.#router = undefined;
  }

  powerOff(): void {
    this.isUp = false;
    this.lock = undefined;
    this.#router = undefined;
    this.watchers.clear();
    this.tree.remove('/run');
    this.tree.makeDirectories('/run');
  }

  /** Boots: first what is armed is undone, then what is enabled starts. */
  powerOn(): void {
    this.isUp = true;
    this.#bootedAt = this.around.now();
    if (this.tree.file('/etc/systemd/system/konvoy-ha-dead-man.service') !== undefined) {
      this.isBooting = true;
      for (const [cluster, run] of this.#waiting(['armed', 'undoing']).toReversed())
        this.undo(cluster, run, 'reboot');
      this.isBooting = false;
    }
    if (this.enabled) this.start();
  }

  /** Every dead-man looks at the time. */
  tick(): void {
    for (const [cluster, run] of this.#waiting(['armed'])) {
      const due = Number(this.tree.text(`/run/konvoy-ha.${run}.deadline`) ?? 0);
      if (this.watchers.has(run) && this.uptime >= due) this.undo(cluster, run, 'timeout');
    }
  }

  /** What the script of a dead-man does: claim the run, end what works on it, bring everything back, note it and go. */
  undo(cluster: string, run: string, because: 'timeout' | 'reboot' | 'asked'): number {
    const store = `/var/lib/konvoy-ha/${cluster}`;
    const here = `${store}/undoing/${run}`;
    if (!this.tree.isDirectory(here)) {
      this.tree.makeDirectories(`${store}/undoing`);
      if (!this.tree.move(`${store}/armed/${run}`, here)) return 0;
    }
    if (because !== 'asked' && this.lock !== undefined) {
      if (!this.lock.owner.includes(lockOwnerMark(run))) throw new Error(`${this.name}: two runs at once`);
      this.lock.cut();
    }
    const failed = this.#undoAll(here);
    if (failed !== undefined) {
      this.tree.write(`${here}/failed`, `${failed}\n`);
      return 1;
    }
    const by = /^by=(.*)$/m.exec(this.tree.text(`${here}/undo`) ?? '')?.[1] ?? '';
    const seconds = Math.floor(this.around.now() / 1000);
    this.tree.write(`${store}/undone`, `${run} ${seconds} ${because} ${by}\n`);
    this.tree.remove(here);
    this.tree.remove(`/run/konvoy-ha.${run}.deadline`);
    this.watchers.delete(run);
    this.tree.removeEmpty(`${store}/armed`);
    this.tree.removeEmpty(`${store}/undoing`);
    if (this.#waiting(['armed', 'undoing']).length === 0) this.forgetBoot();
    return 0;
  }

  forgetBoot(): void {
    const units = '/etc/systemd/system';
    this.tree.remove(`${units}/multi-user.target.wants/konvoy-ha-dead-man.service`);
    this.tree.remove(`${units}/konvoy-ha-dead-man.service`);
  }

  /** Runs that are armed or being undone, of all clusters. */
  get waiting(): number {
    return this.#waiting(['armed', 'undoing']).length;
  }

  /** The first step that failed, or nothing. */
  #undoAll(here: string): string | undefined {
    let failed: string | undefined;
    for (const { argv, saved } of undoSteps(this.tree.text(`${here}/undo`) ?? '')) {
      const stdin = saved === undefined ? undefined : this.tree.file(`${here}/${saved}`)?.content;
      const result = this.run(argv, stdin ?? new Uint8Array());
      if (result.exitCode !== 0) failed ??= argv.join(' ');
    }
    for (const prior of this.tree.names(`${here}/prior`)) {
      const inner = this.#undoAll(`${here}/prior/${prior}`);
      failed ??= inner;
    }
    return failed;
  }

  #waiting(kinds: readonly string[]): readonly (readonly [cluster: string, run: string])[] {
    return this.tree.names('/var/lib/konvoy-ha').flatMap((cluster) =>
      kinds.flatMap((kind) =>
        this.tree
          .names(`/var/lib/konvoy-ha/${cluster}/${kind}`)
          .filter((run) => !run.startsWith('.'))
          .map((run) => [cluster, run] as const),
      ),
    );
  }
}

/** What a command says that has nothing to say. */
export const DONE: CommandResult = said('');
