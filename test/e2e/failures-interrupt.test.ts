import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { CliProcess, endsOf, hostStep, runStep } from '../support/cli-process.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { named } from '../support/named.ts';
import { changesSince, lastingState, leftovers, lockedHosts, untaken } from '../support/undone.ts';
import { watchForChanges } from '../support/untouched.ts';
import { VipClient } from '../support/vip-client.ts';

interface Moment {
  readonly title: string;
  readonly signal: NodeJS.Signals;
  /** What has been reported when the signal comes. */
  readonly at: (event: RunEvent) => boolean;
  /** What each host is reported to be: undone where something may have been changed. */
  readonly state: 'unchanged' | 'undone';
  readonly change: Readonly<Record<string, unknown>>;
}

const identity = { vrid: 71 };

const moments: readonly Moment[] = [
  {
    title: 'SIGINT while it connects',
    signal: 'SIGINT',
    at: hostStep('cp3', 'connecting'),
    state: 'unchanged',
    change: identity,
  },
  {
    title: 'SIGINT while it looks at the hosts',
    signal: 'SIGINT',
    at: hostStep('cp1', 'gathering facts'),
    state: 'unchanged',
    change: identity,
  },
  {
    title: 'SIGINT while it locks the hosts',
    signal: 'SIGINT',
    at: runStep('locking'),
    state: 'unchanged',
    change: identity,
  },
  {
    title: 'SIGINT while it stages',
    signal: 'SIGINT',
    at: hostStep('cp2', 'staging the configuration'),
    state: 'undone',
    change: identity,
  },
  {
    title: 'SIGINT between two waves',
    signal: 'SIGINT',
    at: hostStep('cp2', 'waiting until it owns the VIP'),
    state: 'undone',
    change: identity,
  },
  {
    title: 'SIGTERM while it verifies',
    signal: 'SIGTERM',
    at: runStep('verifying'),
    state: 'undone',
    change: identity,
  },
  {
    title: 'SIGHUP, when the terminal goes away, between two waves',
    signal: 'SIGHUP',
    at: runStep('activating'),
    state: 'undone',
    change: { profile: 'fast' },
  },
];

describe('an apply that is interrupted ends with 130, undone everywhere, after', () => {
  const cluster = clusterOfFile();
  const start = (...words: readonly string[]): CliProcess =>
    new CliProcess(...words, '--inventory', cluster().lab.inventoryPath);

  /** The paths of ours on each host. */
  const ours = async (): Promise<readonly string[]> =>
    Promise.all(
      cluster().hosts.map(async (host) => cluster().script(host, `ls -d ${OUR_PATHS} 2>/dev/null || true`)),
    );

  it('SIGINT while apt installs, and the first apply is one of its own all the same', async () => {
    await using run = start('apply', '--yes');
    await run.reported(hostStep('cp1', 'installing keepalived'));
    run.signal('SIGINT');
    const { code, events } = await run.end();

    expect(code).toBe(130);
    expect(events.at(-1)).toMatchObject({ type: 'exit', code: 130, error: { code: 'interrupted' } });
    expect(endsOf(events)).toEqual(['cp1 undone', 'cp2 undone', 'cp3 undone']);
    for (const host of cluster().hosts) {
      const traces =
        'ls -d /etc/keepalived/keepalived.conf /usr/libexec/keepalived /var/lib/konvoy-ha /run/konvoy-ha';
      expect(await cluster().script(host, `${traces} 2>/dev/null || true`)).toBe('');
      expect(await cluster().script(host, 'getent passwd keepalived_script || true')).toBe('');
    }
    expect(await leftovers(cluster())).toEqual([]);
    await cluster().succeed('apply', '--yes');
    await cluster().succeed('verify');
    await cluster().succeed('destroy', '--yes');
  });

  it('kill -9 in the very first apply, and a destroy after the next one leaves nothing of it', async () => {
    const before = await ours();
    await using run = start('apply', '--yes');
    await run.reported(hostStep('cp1', 'staging the configuration'));
    run.signal('SIGKILL');
    await run.end();
    await expect.poll(() => lockedHosts(cluster()), { timeout: 60_000 }).toEqual([]);
    await cluster().succeed('apply', '--yes');
    await cluster().succeed('destroy', '--yes');
    expect(await ours()).toEqual(before);
    expect(await leftovers(cluster())).toEqual([]);
  });

  it('kill -9 before the first generation is recorded, which the next apply makes up for', async () => {
    await using run = start('apply', '--yes');
    await run.reported(runStep('verifying'));
    run.signal('SIGKILL');
    await run.end();
    await expect.poll(() => lockedHosts(cluster()), { timeout: 20_000 }).toEqual([]);
    expect((await cluster().succeed('apply', '--yes')).stdout).toContain('generation 1 recorded');
    expect((await cluster().succeed('apply', '--yes')).stdout).toContain('no changes');
  });

  it.each(named(moments))('%s', async (_title, { signal, at, state, change }) => {
    await cluster().oneOwner(10_000);
    const before = await lastingState(cluster());
    await using client = await VipClient.start(cluster().lab);
    await cluster().configure(change);
    await using run = start('apply', '--yes');
    await run.reported(at);
    run.signal(signal);
    const { code, events } = await run.end();
    await cluster().configure();
    const use = await client.stop();

    expect(code).toBe(130);
    expect(events.at(-1)).toMatchObject({ type: 'exit', code: 130, error: { code: 'interrupted' } });
    expect(endsOf(events)).toEqual([`cp1 ${state}`, `cp2 ${state}`, `cp3 ${state}`]);
    expect(events.filter((event) => event.type === 'host-failed')).toEqual([]);
    expect(await changesSince(before, cluster())).toEqual([]);
    expect(await leftovers(cluster())).toEqual([]);
    expect(untaken(use)).toEqual([]);
    expect(await cluster().run('plan', '--detailed-exitcode')).toMatchObject({ code: 0 });
  });

  it('SIGINT while a host does not answer the connection, at once and with nothing changed', async () => {
    const silent = cluster().host('cp3');
    await cluster().script(
      silent,
      "nft add table inet away; nft add chain inet away i '{ type filter hook input priority 0; }'",
    );
    await cluster().script(silent, 'nft add rule inet away i tcp dport 22 drop');
    const changes = await watchForChanges(cluster().hosts);
    await using run = start('apply', '--yes');
    await run.reported(hostStep('cp1', 'connecting'));
    run.signal('SIGINT');
    const { code, elapsedMs } = await run.end();
    await cluster().script(silent, 'nft delete table inet away');

    expect(code).toBe(130);
    expect(elapsedMs).toBeLessThan(8_000);
    expect(await changes()).toEqual([]);
  });

  it('a second SIGINT leaves the undo to the hosts at once, and the next apply takes over before they do it', async () => {
    await cluster().configure({ vrid: 72 });
    await using run = start('apply', '--yes');
    await run.reported(hostStep('cp2', 'waiting until it owns the VIP'));
    run.signal('SIGINT');
    await run.reported((event) => event.type === 'run-step' && event.step.startsWith('interrupted'));
    run.signal('SIGINT');
    const { code, stderr } = await run.end(5_000);
    expect(code).toBe(130);
    expect(stderr).toMatch(/^konvoy-ha: stopped at once: cp1 undoes this run by itself in \d+ s, at \S+Z$/m);
    // What was at work on a host comes to its end there, and keeps the lock until then.
    await expect.poll(() => lockedHosts(cluster()), { timeout: 20_000 }).toEqual([]);
    await settled();
    expect(await leftovers(cluster())).toEqual([]);
  });

  // Each with a VRID of its own: the last one applied stays when the setting goes.
  it.each([
    ['stages', 73, hostStep('cp2', 'staging the configuration')],
    ['activates', 74, hostStep('cp2', 'waiting until it owns the VIP')],
    ['verifies', 75, runStep('verifying')],
  ])(
    'kill -9 while it %s leaves no lock, and the next apply goes on without a trace',
    async (_moment, vrid, at) => {
      await cluster().configure({ vrid });
      await using run = start('apply', '--yes');
      await run.reported(at);
      run.signal('SIGKILL');
      expect(await run.end()).toMatchObject({ code: null });
      await expect.poll(() => lockedHosts(cluster()), { timeout: 20_000 }).toEqual([]);
      await settled();
      expect(await leftovers(cluster())).toEqual([]);
    },
  );

  /** Finishes what was begun, and says so. */
  const settled = async (): Promise<void> => {
    await cluster().succeed('apply', '--yes');
    await cluster().succeed('verify');
    await cluster().configure();
    expect(await cluster().run('plan', '--detailed-exitcode')).toMatchObject({ code: 0 });
    await cluster().ownedBy(['cp1'], 15_000);
  };
});

const OUR_PATHS = [
  '/etc/keepalived/keepalived.conf',
  '/usr/libexec/keepalived',
  '/etc/systemd/system/keepalived.service.d',
  '/etc/systemd/system/multi-user.target.wants/keepalived.service',
  '/var/lib/konvoy-ha',
  '/run/konvoy-ha',
].join(' ');
