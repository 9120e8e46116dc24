import { setTimeout as sleep } from 'node:timers/promises';
import type { LabHost } from '../../../src/lab/host.ts';
import { LabCluster } from '../lab-cluster.ts';
import { boundariesOf, stepsOf } from './boundaries.ts';
import { FAULTS, type Fault } from './faults.ts';
import { HeldRun, type Boundary } from './held-run.ts';
import { VipMonitor, type OwnersSeen } from './vip-monitor.ts';

/** A boundary and what happens there. */
export interface CrashCase {
  readonly title: string;
  readonly boundary: Boundary;
  readonly fault: Fault;
  /** The host that is hit, where only one is. */
  readonly victim: string;
}

/** How a case ended. */
export interface CrashResult extends OwnersSeen {
  readonly title: string;
  readonly fault: string;
  /** What the hosts were after the recovery: all as before, all as wanted, or some of each. */
  readonly ended: 'old' | 'new' | 'both' | 'neither';
  /** What must not be; empty when the case holds. */
  readonly faults: readonly string[];
}

/** Settings below `keepalived` in cluster.yaml. */
export type Wish = Readonly<Record<string, unknown>>;

/** All cases of an apply: every boundary, enumerated from a run that is only watched, with every fault. */
export async function crashCases(cluster: LabCluster): Promise<readonly CrashCase[]> {
  const hosts = cluster.hosts.map(({ name }) => name);
  await using run = new HeldRun(...apply(cluster));
  const end = await run.end(WAIT_MS);
  if (end.code !== 0) throw new Error(`the run that was to be watched ended with ${end.code}\n${end.stderr}`);
  const steps = stepsOf(run.asks);
  return boundariesOf(steps).flatMap((boundary, index) => {
    const step = steps.find(({ key }) => key === boundary.step)?.title ?? '';
    const where = boundary.position === 'before' ? 'before' : `when ${boundary.first} has done`;
    return FAULTS.map((fault): CrashCase => {
      const victim = hosts[index % hosts.length] ?? '';
      return { title: `${where} ${step}`, boundary, fault, victim };
    });
  });
}

/** A cluster that is led from one of two wishes to the other and back, and hit on its way. */
export class CrashCluster implements AsyncDisposable {
  readonly cluster: LabCluster;
  readonly #monitor: VipMonitor;
  readonly #wishes: readonly Wish[];
  /** What each host is like when a wish is fulfilled. */
  readonly #states: (readonly string[])[] = [];
  #now = 0;

  private constructor(cluster: LabCluster, monitor: VipMonitor, wishes: readonly Wish[]) {
    this.cluster = cluster;
    this.#monitor = monitor;
    this.#wishes = wishes;
  }

  /** Boots the hosts and leads them to both wishes once. */
  static async up(wishes: readonly Wish[]): Promise<CrashCluster> {
    const cluster = await LabCluster.up();
    const made = new CrashCluster(cluster, await VipMonitor.start(cluster.lab), wishes);
    for (const [index, wish] of wishes.entries()) {
      await cluster.configure(wish);
      await cluster.succeed('apply', '--yes');
      made.#states[index] = await made.#look();
      made.#now = index;
    }
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#monitor[Symbol.dispose]();
    await this.cluster[Symbol.asyncDispose]();
  }

  /** Sets the other wish, to be applied next. */
  async turn(): Promise<void> {
    this.#now = 1 - this.#now;
    await this.cluster.configure(this.#wishes[this.#now]);
  }

  /** Applies once more: hosts that were all as before can still become what is wanted. */
  async finish(): Promise<void> {
    await this.turn();
    await this.cluster.succeed('apply', '--yes');
    const now = await this.#look();
    const wanted = this.#states[this.#now];
    if (endOf(now, { old: undefined, wanted }) !== 'new') throw new Error(differences(now, [wanted]));
  }

  /** Plays a case; it does not throw for what is wrong with the program. */
  async play(crash: CrashCase): Promise<CrashResult> {
    await this.#settled();
    const old = this.#states[this.#now];
    await this.turn();
    const wanted = this.#states[this.#now];
    const faults: string[] = [];
    const must: Must = (holds, words) => {
      if (!holds) faults.push(words);
    };

    this.#monitor.reset();
    const code = await this.#strike(crash, must);
    must(await this.#recovered(), 'a run was still armed, or a lock held, a minute later');
    const after = await this.#look();
    const seen = this.#monitor.seen();
    const ended = endOf(after, { old, wanted });
    must(
      ended !== 'neither',
      `a host is neither as before nor as wanted: ${differences(after, [old, wanted])}`,
    );
    must(code !== 0 || ended === 'new', `it ended with 0, and the hosts are ${ended}`);
    must(code !== 3 || ended === 'old', `it ended with 3, and the hosts are ${ended}`);

    const left = (await this.#traces()).filter((line) => line !== '');
    must(left.length === 0, `left behind: ${left.join('; ')}`);
    // Hosts that are all as before, without a trace, are where every case begins: the next apply is that of the next case.
    if (ended === 'old' && left.length === 0) await this.turn();
    else await this.#mend({ old, wanted }, must);
    return { title: crash.title, fault: crash.fault.title, ended, faults, ...seen };
  }

  /** Applies again what was wanted, which has to leave all hosts so. */
  async #mend(states: States, must: Must): Promise<void> {
    const mended = await this.cluster.run('apply', '--yes');
    must(mended.code === 0, `the next apply ended with ${mended.code}: ${mended.stderr}`);
    const last = await this.#look();
    must(endOf(last, states) === 'new', `the next apply left: ${differences(last, [states.wanted])}`);
    const left = (await this.#traces()).filter((line) => line !== '');
    must(left.length === 0, `the next apply left behind: ${left.join('; ')}`);
  }

  async #strike(crash: CrashCase, must: Must): Promise<number | null> {
    const { cluster } = this;
    await using run = new HeldRun(...apply(cluster));
    const stage = { cluster, run, monitor: this.#monitor, host: cluster.host(crash.victim) };
    if (!(await run.reach(crash.boundary))) {
      must(false, 'the run ended before it came to this boundary');
      return (await run.end()).code;
    }
    await crash.fault.strike(stage);
    run.release();
    const end = await run.end(WAIT_MS);
    await crash.fault.heal(stage);
    must(crash.fault.endsProgram || end.code !== null, 'it did not live to its end');
    must(end.code !== 1, `an internal error: ${end.stderr}`);
    return end.code;
  }

  /** Lets the time pass after which a host undoes what nobody has confirmed, and waits until it is over. */
  async #recovered(): Promise<boolean> {
    const end = performance.now() + RECOVERY_MS;
    while (performance.now() < end) {
      const left = await Promise.all(
        this.cluster.hosts.map(async (host) => this.cluster.script(host, EXPIRE)),
      );
      if (left.every((line) => line === 'quiet')) return true;
      await sleep(300);
    }
    return false;
  }

  /** Waits until the host that has to have the VIP has it, and alone. */
  async #settled(): Promise<void> {
    const [first] = this.cluster.hosts;
    const end = performance.now() + RECOVERY_MS;
    while (performance.now() < end) {
      if (this.#monitor.owners.join() === first?.name && this.#monitor.quietMs > 500) return;
      await sleep(50);
    }
    throw new Error(`the VIP is on ${this.#monitor.owners.join() || 'no host'}`);
  }

  async #look(): Promise<readonly string[]> {
    return Promise.all(this.cluster.hosts.map(async (host: LabHost) => this.cluster.script(host, LOOK)));
  }

  async #traces(): Promise<readonly string[]> {
    return Promise.all(
      this.cluster.hosts.map(async (host) => {
        const found = await this.cluster.script(host, TRACES);
        return found === '' ? '' : `${host.name}: ${found.replaceAll('\n', ' ')}`;
      }),
    );
  }
}

type Must = (holds: boolean, words: string) => void;

/** What each host was like before the run, and what it is to be like. */
interface States {
  readonly old: readonly string[] | undefined;
  readonly wanted: readonly string[] | undefined;
}

function apply(cluster: LabCluster): readonly string[] {
  // So long that no host undoes a run by itself because this machine is slow: the tests let the time pass.
  const patience = ['--confirm-timeout', '3600'];
  const way = ['-e', 'ansible_ssh_extra_args="-o ServerAliveInterval=1 -o ServerAliveCountMax=5"'];
  return ['apply', '--yes', ...patience, '--timeout', '5', ...way, '-i', cluster.lab.inventoryPath];
}

function endOf(
  now: readonly string[],
  {
    old,
    wanted,
  }: { readonly old: readonly string[] | undefined; readonly wanted: readonly string[] | undefined },
): CrashResult['ended'] {
  const [asOld, asWanted] = [old, wanted].map((state) => now.map((host, index) => host === state?.[index]));
  if (asOld?.every(Boolean)) return 'old';
  if (asWanted?.every(Boolean)) return 'new';
  return now.every((_, index) => asOld?.[index] === true || asWanted?.[index] === true) ? 'both' : 'neither';
}

/** The lines of a host that are in none of the states it may be in. */
function differences(now: readonly string[], states: readonly (readonly string[] | undefined)[]): string {
  return now
    .flatMap((host, index) => {
      if (states.some((state) => state?.[index] === host)) return [];
      const known = new Set(states.flatMap((state) => state?.[index]?.split('\n') ?? []));
      const lines = host.split('\n').filter((line) => !known.has(line));
      return [`host ${index + 1}: ${lines.join(' ') || 'something is missing'}`];
    })
    .join('; ');
}

const WAIT_MS = 120_000;
const RECOVERY_MS = 60_000;

const EXPIRE = `cd /run; for due in konvoy-ha.*.deadline; do [ ! -f "$due" ] || echo 0 >"$due"; done
[ ! -d /var/lib/konvoy-ha/kubernetes/armed ] && [ ! -d /var/lib/konvoy-ha/kubernetes/undoing ] || { echo armed; exit 0; }
# Opened to be read: flock(1) by a name makes a file that has just gone.
[ ! -e /run/konvoy-ha.lock ] || ( flock -n 9 9</run/konvoy-ha.lock ) 2>/dev/null || { echo locked; exit 0; }
echo quiet`;

const LOOK = `find /etc/keepalived /usr/libexec/keepalived /etc/systemd/system -type f -printf '%p %m %u:%g ' -exec sha256sum {} ';' | sort
getent passwd keepalived_script
systemctl is-enabled keepalived; systemctl is-active keepalived`;

const TRACES = `find /etc /usr/libexec /usr/local /var/lib /root /tmp /run -xdev \\( -name '.konvoy-ha.*' -o -name '*.konvoy-ha-new' -o -name 'konvoy-ha*dead-man*' -o -name 'konvoy-ha.*.deadline*' \\) 2>/dev/null || true
find /var/lib/konvoy-ha \\( -path '*/generations/.*' -o -name armed -o -name undoing \\)
ls /run/konvoy-ha.lock* 2>/dev/null || true`;
