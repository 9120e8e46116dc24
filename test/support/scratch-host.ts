import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutation, Probe } from '../../src/domain/command.ts';
import type { HostPlan } from '../../src/domain/plan.ts';
import type { Observed, Wanted } from '../../src/domain/resource.ts';
import { armHost, type DeadManRun } from '../../src/engine/dead-man.ts';
import { deadManScript } from '../../src/plan/dead-man.ts';
import { diff, serviceActionOf } from '../../src/plan/diff.ts';
import { PLATFORMS } from '../../src/platform/platform.ts';
import { clusterName, hostName } from './branded.ts';
import { freshHost } from './cluster.ts';
import { fakePrograms } from './fake-programs.ts';
import { runCommand, runShell, type Shell, type TimedResult } from './shells.ts';

const [DEBIAN] = PLATFORMS;

/** A run to be armed: what it wants of a host, and what it has seen there. */
export interface ScratchRun {
  readonly runId: string;
  readonly wanted: Wanted;
  readonly observed: Observed;
  readonly tidy?: readonly Mutation[];
  readonly earlier?: readonly string[];
  readonly seconds?: number;
}

/**
 * The store, /run and systemd's directory of a host in a directory of the test, with programs that only note how they are
 * called: what a dead-man does to them is done, by the shell that is tried.
 */
export class ScratchHost implements AsyncDisposable {
  readonly base: string;
  readonly #shell: Shell;
  #path: string;

  private constructor(base: string, shell: Shell) {
    this.base = base;
    this.#shell = shell;
    this.#path = '';
  }

  static async make(shell: Shell): Promise<ScratchHost> {
    const host = new ScratchHost(await mkdtemp(join(tmpdir(), 'konvoy-ha-')), shell);
    for (const place of ['etc', 'run', 'store', 'systemd']) await mkdir(join(host.base, place));
    host.programs({});
    return host;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.base, { recursive: true, force: true });
  }

  /** Replaces some of the fake programs. */
  programs(programs: Readonly<Record<string, string>>): void {
    const noted = (name: string, rest = ''): string => `echo "${name} $*" >>"$calls"\n${rest}`;
    this.#path = fakePrograms(this.base, {
      systemctl: noted('systemctl', '[ "$1" != show ] || echo loaded'),
      'systemd-run': noted('systemd-run'),
      userdel: noted('userdel'),
      useradd: noted('useradd'),
      getent: 'exit 2',
      ...programs,
    });
  }

  path(...names: readonly string[]): string {
    return join(this.base, ...names);
  }

  /** What the fake programs were asked for, without questions. */
  async calls(): Promise<readonly string[]> {
    const text = await readFile(this.path('calls'), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '' && !line.startsWith('systemctl show'));
  }

  runOf(runId: string): DeadManRun {
    return { cluster: clusterName('prod'), runId, watch: DEBIAN.services.watch };
  }

  /** Arms the host; returns the last result. */
  async arm(run: ScratchRun): Promise<TimedResult> {
    const plan = planOf(run);
    const snapshot = { ...freshHost('lb1'), observed: run.observed };
    const order = {
      runId: run.runId,
      by: 'ada@laptop',
      plan,
      snapshot,
      platform: DEBIAN,
      tidy: run.tidy ?? [],
    };
    const { text, saved } = deadManScript(order);
    const own = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    if (!text.includes(own)) throw new Error('the script does not set its PATH, so no test can');
    const script = { text: this.#elsewhere(text).replace(own, `PATH=${this.#path}`), saved };
    const { earlier = [], seconds = 60 } = run;
    return this.mutate(
      armHost(this.runOf(run.runId), { script, about: 'apply ada@laptop', seconds, earlier }),
    );
  }

  /** Runs mutations as a session does, up to the first that fails; returns the last result. */
  async mutate(mutations: readonly (Mutation | Probe)[]): Promise<TimedResult> {
    let last: TimedResult | undefined;
    for (const mutation of mutations) {
      const argv = mutation.argv.map((word) => this.#elsewhere(word));
      const asScript = argv[0] === 'sh' ? argv : ['sh', '-c', 'exec "$@"', 'sh', ...argv];
      last = await runCommand(this.#shell, { ...mutation, argv: asScript }, { path: this.#path });
      if (last.exitCode !== 0) break;
    }
    if (last === undefined) throw new Error('there is nothing to do');
    return last;
  }

  /** Runs the script of a run in one of its modes. */
  async undo(
    runId: string,
    mode: 'watch' | 'boot' | 'now',
    where: 'armed' | 'undoing' = 'armed',
  ): Promise<TimedResult> {
    return runShell(this.#shell, [this.path('store/prod', where, runId, 'undo'), mode], { path: this.#path });
  }

  /** Sets the deadline of a run so many seconds from now. */
  async due(runId: string, seconds: number): Promise<void> {
    const uptime = Number((await readFile('/proc/uptime', 'utf8')).split('.')[0]);
    await writeFile(this.path('run', `konvoy-ha.${runId}.deadline`), `${uptime + seconds}\n`);
  }

  /** As after a restart: /run is empty. */
  async restart(): Promise<void> {
    await rm(this.path('run'), { recursive: true });
    await mkdir(this.path('run'));
  }

  /** Every path below a place with its type, mode and sum, and nothing else; empty where there is no such place. */
  listing(...names: readonly string[]): string {
    const script = `cd "$1" 2>/dev/null || exit 0; find . -mindepth 1 ! -type f -printf '%p %y %m\\n' -o -type f -printf '%p %y %m ' -exec sha256sum {} ';' | sort`;
    return execFileSync('sh', ['-c', script, 'sh', this.path(...names)], { encoding: 'utf8' });
  }

  #elsewhere(text: string): string {
    return text
      .replaceAll('/var/lib/konvoy-ha', this.path('store'))
      .replaceAll('/run/konvoy-ha', this.path('run/konvoy-ha'))
      .replaceAll('/etc/systemd/system', this.path('systemd'));
  }
}

export function planOf({ wanted, observed }: Pick<ScratchRun, 'wanted' | 'observed'>): HostPlan {
  const changes = diff(wanted, observed);
  return {
    host: hostName('lb1'),
    changes,
    serviceAction: serviceActionOf(changes),
    balancerAction: serviceActionOf(changes, 'balancer'),
    drifted: false,
  };
}
