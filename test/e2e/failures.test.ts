import { beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from '../../src/lab/host.ts';
import { eventsOf } from '../support/cli.ts';
import { endsOf } from '../support/cli-process.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import type { LabCluster } from '../support/lab-cluster.ts';
import { named } from '../support/named.ts';
import { changesSince, lastingState, leftovers, untaken } from '../support/undone.ts';
import { VipClient } from '../support/vip-client.ts';

interface Failure {
  readonly title: string;
  /** The settings that are applied. */
  readonly change: Readonly<Record<string, unknown>>;
  /** Makes it fail on one host; returns what puts that host right again. */
  readonly sabotage: (stage: Stage) => Promise<() => Promise<unknown>>;
  /** The host that is to blame. */
  readonly host: string;
  /** The message of the error. */
  readonly says: RegExp;
  /** Its hints: the cause, in the words of whatever failed. */
  readonly because: RegExp;
  /** True when the root shell is cut off: its lock is free, but nobody was there to remove the file. */
  readonly leavesLockFile?: boolean;
}

interface Stage {
  readonly cluster: LabCluster;
  readonly host: LabHost;
  readonly sh: (script: string) => Promise<string>;
}

const plain = { profile: 'fast' };
/** Another virtual router: the VIP moves to a host that was backup, and back. */
const identity = { vrid: 71 };

const failures: readonly Failure[] = [
  {
    title: 'a full disk below /etc/keepalived',
    change: identity,
    host: 'cp2',
    says: /^cp2: staging the configuration failed with exit code 1$/,
    because: /No space left on device/,
    sabotage: async ({ sh }) => {
      await sh(`cp -a /etc/keepalived /root/kept; mount -t tmpfs -o size=32k,mode=755 tmpfs /etc/keepalived
        cp -a /root/kept/. /etc/keepalived/; dd if=/dev/zero of=/etc/keepalived/ballast 2>/dev/null || true`);
      return () => sh('umount /etc/keepalived; rm -r /root/kept');
    },
  },
  {
    title: 'a read-only /etc/keepalived',
    change: plain,
    host: 'cp3',
    says: /^cp3: staging the configuration failed with exit code 1$/,
    because: /Read-only file system/,
    sabotage: async ({ sh }) => {
      await sh('mount --bind /etc/keepalived /etc/keepalived; mount -o remount,ro,bind /etc/keepalived');
      return () => sh('umount /etc/keepalived');
    },
  },
  {
    title: 'a keepalived that refuses the configuration',
    change: plain,
    host: 'cp1',
    says: /^cp1: keepalived refuses the new configuration: /,
    because: /Unknown keyword 'konvoy'/,
    sabotage: async ({ sh }) => whenTested(sh, `echo "(line 7) Unknown keyword 'konvoy'"; exit 1`),
  },
  {
    title: 'a connection that is cut while the configuration is tested',
    change: identity,
    host: 'cp2',
    says: /^lost the connection to cp2: /,
    because: /^lost the connection to cp2: the other side closed it$/m,
    leavesLockFile: true,
    sabotage: async ({ sh }) => whenTested(sh, "once && { pkill -KILL -f '^sshd: operator'; sleep 1; }"),
  },
  {
    title: 'a configuration that cannot be put in place when the first host has the VIP under it already',
    change: identity,
    host: 'cp3',
    says: /^cp3: activating failed with exit code 1$/,
    because: /mv: Input\/output error/,
    sabotage: async ({ sh }) => {
      const match = '*"/keepalived.conf.konvoy-ha-new /etc/keepalived/keepalived.conf"';
      await sh(`cat >/usr/local/sbin/mv <<'END'
#!/bin/sh
case "$*" in ${match}) echo 'mv: Input/output error' >&2; exit 1 ;; esac
exec /usr/bin/mv "$@"
END
chmod 0755 /usr/local/sbin/mv`);
      return () => sh('rm /usr/local/sbin/mv');
    },
  },
  {
    title: 'a keepalived that stops as soon as it is told of the configuration',
    change: plain,
    host: 'cp2',
    // It may stop before or after it is asked whether it has joined.
    says: /^(cp2: joining the virtual router failed|verification failed: cp2: keepalived does not run)$/,
    because: /Stopped|journalctl -u keepalived/,
    sabotage: async ({ sh }) => onNewConfiguration(sh, 'systemctl stop keepalived; exit'),
  },
  {
    title: 'a keepalived that crashes again and again under the new configuration',
    change: plain,
    host: 'cp3',
    says: /^verification failed: cp3: keepalived does not run$/,
    because: /journalctl -u keepalived/,
    sabotage: async ({ sh }) =>
      onNewConfiguration(sh, 'sleep 0.5; systemctl kill --signal=KILL keepalived || true'),
  },
  {
    title: 'a VIP that one host cannot reach afterwards',
    change: identity,
    host: 'cp3',
    says: /^verification failed: cp3: \S+ did not answer: no answer within 2 s$/,
    because: /can this host reach the VIP on this port/,
    sabotage: async ({ cluster, sh }) => {
      await sh(`nft add table inet cut; nft add chain inet cut o '{ type filter hook output priority 0; }'
        nft add rule inet cut o ip daddr ${cluster.lab.vip} tcp dport 6443 drop`);
      return () => sh('nft delete table inet cut');
    },
  },
  {
    title: 'a generation that cannot be recorded',
    change: identity,
    host: 'cp3',
    says: /^cp3: recording the generation failed with exit code 1$/,
    because: /Read-only file system/,
    sabotage: async ({ sh }) => {
      const store = '/var/lib/konvoy-ha/kubernetes/generations';
      await sh(`mount --bind ${store} ${store}; mount -o remount,ro,bind ${store}`);
      return () => sh(`umount ${store}`);
    },
  },
];

describe('an apply that fails on one of three hosts is undone on all, and the VIP answers meanwhile:', () => {
  const cluster = clusterOfFile();

  beforeAll(async () => {
    await cluster().succeed('apply', '--yes');
  });

  it.each(named(failures))('%s', async (_title, failure) => {
    const host = cluster().host(failure.host);
    const before = await lastingState(cluster());
    const mend = await failure.sabotage({
      cluster: cluster(),
      host,
      sh: async (script) => cluster().script(host, script),
    });
    try {
      await using client = await VipClient.start(cluster().lab);
      await cluster().configure(failure.change);
      const result = await cluster().run('apply', '--yes', '--json');
      const use = await client.stop();
      const events = eventsOf(result);
      const exit = events.at(-1);
      if (exit?.type !== 'exit' || exit.error === undefined)
        throw new Error(`it did not fail: ${result.stderr}`);
      expect(exit.error.message).toMatch(failure.says);
      expect(`${exit.error.message}\n${exit.error.hints.join('\n')}`).toMatch(failure.because);
      expect(result.code).toBe(3);
      expect(endsOf(events)).toEqual(['cp1 undone', 'cp2 undone', 'cp3 undone']);
      expect(untaken(use)).toEqual([]);
    } finally {
      await mend();
      await cluster().configure();
    }
    // A keepalived that was killed at the last moment is started again by systemd after a second.
    await expect.poll(() => changesSince(before, cluster()), { timeout: 5_000 }).toEqual([]);
    const left = await leftovers(cluster());
    expect(
      left.filter((line) => failure.leavesLockFile !== true || !line.includes('/konvoy-ha.lock')),
    ).toEqual([]);
    // What was undone is what the inventory asks for, and all is well.
    expect(await cluster().run('plan', '--detailed-exitcode')).toMatchObject({ code: 0 });
    expect(await cluster().run('verify')).toMatchObject({ code: 0 });
  });
});

/** Does something at the moment when konvoy-ha asks keepalived about the candidate. */
async function whenTested(sh: Stage['sh'], action: string): Promise<() => Promise<unknown>> {
  await sh(`cat >/usr/local/sbin/keepalived <<'END'
#!/bin/sh
once() { mkdir /run/tested 2>/dev/null; }
case " $* " in *" -t "*) ${action} ;; esac
exec /usr/sbin/keepalived "$@"
END
chmod 0755 /usr/local/sbin/keepalived`);
  return () => sh('rm /usr/local/sbin/keepalived; rm -rf /run/tested');
}

/** Does something again and again while keepalived.conf is another than it is now. */
async function onNewConfiguration(sh: Stage['sh'], action: string): Promise<() => Promise<unknown>> {
  const conf = '/etc/keepalived/keepalived.conf';
  await sh(`cp ${conf} /run/saboteur.conf
    systemd-run --quiet --unit=saboteur sh -c 'while sleep 0.05; do cmp -s ${conf} /run/saboteur.conf || { ${action}; }; done'`);
  return () => sh('systemctl stop saboteur 2>/dev/null || true; rm /run/saboteur.conf');
}
