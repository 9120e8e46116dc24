import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import type { Lab } from '../../../src/lab/lab.ts';
import type { LabHost } from '../../../src/lab/host.ts';

/** How long the VIP had the wrong number of owners while it was watched. */
export interface OwnersSeen {
  readonly longestNoneMs: number;
  readonly longestSeveralMs: number;
}

/**
 * Follows who has the VIP for as long as it lives, from outside of the hosts: the kernel tells of every change, in the
 * network of each host, whatever becomes of its sshd or its processes.
 */
export class VipMonitor implements Disposable {
  readonly #vip: string;
  readonly #watchers = new Map<string, ChildProcess>();
  readonly #owners = new Set<string>();
  #changedAt = performance.now();
  #longest = { none: 0, several: 0 };

  private constructor(vip: string) {
    this.#vip = vip;
  }

  static async start(lab: Lab): Promise<VipMonitor> {
    const monitor = new VipMonitor(lab.vip);
    await Promise.all(lab.hosts.map(async (host) => monitor.follow(host)));
    return monitor;
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers.values()) watcher.kill('SIGKILL');
    this.#watchers.clear();
  }

  get owners(): readonly string[] {
    return [...this.#owners].toSorted();
  }

  /** For how long, in milliseconds, nothing has changed. */
  get quietMs(): number {
    return performance.now() - this.#changedAt;
  }

  /** Begins to count anew. */
  reset(): void {
    this.#longest = { none: 0, several: 0 };
    this.#changedAt = performance.now();
  }

  seen(): OwnersSeen {
    this.#count();
    return { longestNoneMs: this.#longest.none, longestSeveralMs: this.#longest.several };
  }

  /** A host without power has nothing. */
  lose(host: LabHost): void {
    this.#watchers.get(host.name)?.kill('SIGKILL');
    this.#watchers.delete(host.name);
    this.#note(host.name, false);
  }

  /** Follows a host from its boot on. */
  async follow(host: LabHost): Promise<void> {
    const inside = `--net=/proc/${mainProcess(host)}/ns/net`;
    const watcher = spawn('nsenter', [inside, 'ip', '-o', 'monitor', 'address'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#watchers.set(host.name, watcher);
    let rest = '';
    watcher.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines)
        if (line.includes(` ${this.#vip}/`)) this.#note(host.name, !line.startsWith('Deleted'));
    });
    await new Promise((resolve, reject) => {
      watcher.once('spawn', resolve);
      watcher.once('error', reject);
    });
    const now = execFileSync('nsenter', [inside, 'ip', '-o', 'address', 'show'], { encoding: 'utf8' });
    this.#note(host.name, now.includes(` ${this.#vip}/`));
  }

  #note(host: string, owns: boolean): void {
    if (this.#owners.has(host) === owns) return;
    this.#count();
    if (owns) this.#owners.add(host);
    else this.#owners.delete(host);
    this.#changedAt = performance.now();
  }

  #count(): void {
    const lastedMs = performance.now() - this.#changedAt;
    if (this.#owners.size === 0) this.#longest.none = Math.max(this.#longest.none, lastedMs);
    if (this.#owners.size > 1) this.#longest.several = Math.max(this.#longest.several, lastedMs);
  }
}

/** The first process of a host, as this machine sees it. */
function mainProcess({ container }: LabHost): string {
  return execFileSync('docker', ['inspect', '--format', '{{.State.Pid}}', container], {
    encoding: 'utf8',
  }).trim();
}
