import type { LabHost } from '../../../src/lab/host.ts';
import type { LabCluster } from '../lab-cluster.ts';
import type { HeldRun } from './held-run.ts';
import type { VipMonitor } from './vip-monitor.ts';

/** What can befall a run in the middle of a step. */
export interface Fault {
  readonly title: string;
  /** True when it is the program itself that does not live on. */
  readonly endsProgram: boolean;
  strike(stage: Stage): Promise<void>;
  /** Puts right what an operator would have to put right before anything else. */
  heal(stage: Stage): Promise<void>;
}

export interface Stage {
  readonly cluster: LabCluster;
  readonly run: HeldRun;
  readonly monitor: VipMonitor;
  /** The host that is hit, where only one is. */
  readonly host: LabHost;
}

export const FAULTS: readonly Fault[] = [
  {
    title: 'kill -9 of the program',
    endsProgram: true,
    strike: async ({ run }) => {
      run.signal('SIGKILL');
      await run.end();
    },
    heal: async () => Promise.resolve(),
  },
  {
    title: 'the network between the program and all hosts drops everything',
    endsProgram: false,
    strike: async ({ cluster }) => {
      await onAll(
        cluster,
        `nft add table inet cut
        nft add chain inet cut i '{ type filter hook input priority 0; }'
        nft add chain inet cut o '{ type filter hook output priority 0; }'
        nft add rule inet cut i tcp dport 22 drop; nft add rule inet cut o tcp sport 22 drop`,
      );
    },
    heal: async ({ cluster }) => onAll(cluster, 'nft delete table inet cut'),
  },
  {
    title: "kill -9 of a host's sshd and all of its sessions",
    endsProgram: false,
    strike: async ({ cluster, host }) => {
      await cluster.script(
        host,
        'systemctl stop ssh.socket ssh 2>/dev/null || true; pkill -KILL -x sshd || true',
      );
    },
    heal: async ({ cluster, host }) => {
      await cluster.script(host, 'systemctl start ssh');
    },
  },
  {
    title: 'the power of a host',
    endsProgram: false,
    strike: async ({ host, monitor }) => {
      await host.kill();
      monitor.lose(host);
    },
    heal: async ({ host, monitor }) => {
      await host.start();
      await monitor.follow(host);
    },
  },
];

async function onAll(cluster: LabCluster, script: string): Promise<void> {
  await Promise.all(cluster.hosts.map(async (host) => cluster.script(host, script)));
}
