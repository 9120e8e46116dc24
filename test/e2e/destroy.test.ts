import { beforeAll, describe, expect, it } from 'vitest';
import { eventsOf } from '../support/cli.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import {
  difference,
  files,
  filesOfPackages,
  hostState,
  MANAGED,
  type HostState,
} from '../support/host-state.ts';
import { askVip } from '../support/vip-client.ts';

describe('taking everything off the hosts again', () => {
  const cluster = clusterOfFile();
  let before: readonly HostState[];

  beforeAll(async () => {
    before = await states();
  });

  const states = async (): Promise<readonly HostState[]> => Promise.all(cluster().hosts.map(hostState));

  /** What is left of us on each host: nothing but what the package manager did is to be. */
  const expectNothingLeft = async (): Promise<void> => {
    const after = await states();
    for (const [index, host] of cluster().hosts.entries()) {
      const [was, is] = [before[index], after[index]];
      if (was === undefined || is === undefined) throw new Error('a host was not looked at');
      const packages = difference(was.packages, is.packages).flatMap(
        (line) => /^\+ (\S+) /.exec(line)?.[1] ?? [],
      );
      const theirs = await filesOfPackages(host, packages);
      const left = difference(was.files, is.files).filter((line) => {
        const path = line.slice(2).split('\t')[0] ?? '';
        return !theirs.has(path) && !THEIR_BUSINESS.some((pattern) => pattern.test(path));
      });
      expect(left, host.name).toEqual([]);
      expect(is.users, host.name).toEqual(was.users);
      expect(is.groups, host.name).toEqual(was.groups);
      expect(is.addresses, host.name).toEqual(was.addresses);
      const units = packages.includes('keepalived') ? ['+ keepalived.service disabled enabled'] : [];
      expect(difference(was.units, is.units), host.name).toEqual(units);
    }
  };

  const expectNothingToDo = async (): Promise<void> => {
    const look = async (): Promise<unknown> =>
      Promise.all(cluster().hosts.map((host) => files(host, MANAGED)));
    const after = await look();
    const again = await cluster().succeed('destroy', '--yes');
    expect(again.stdout).toContain('konvoy-ha: no changes; nothing of konvoy-ha is left on the hosts\n');
    expect(await look()).toEqual(after);
  };

  it('an apply as NDJSON says its version first and how it ended last', async () => {
    const result = await cluster().succeed('apply', '--yes', '--json');
    const lines = result.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toEqual({
      type: 'version',
      format: 1,
      tool: 'konvoy-ha',
      version: expect.any(String) as string,
    });
    expect(lines.at(-1)).toEqual({ type: 'exit', code: 0 });
    const events = eventsOf(result);
    expect(events[0]).toMatchObject({ type: 'run-started', command: 'apply', hosts: ['cp1', 'cp2', 'cp3'] });
    expect(events.filter(({ type }) => type === 'host-finished')).toHaveLength(3);
    expect(events.find(({ type }) => type === 'verdict')).toMatchObject({
      verdict: { isGood: true, owners: ['cp1'] },
    });
    expect(events.find(({ type }) => type === 'run-finished')).toMatchObject({
      summary: { generation: 1, active: 'cp1' },
    });
    expect(result.stdout).not.toMatch(/PRIVATE KEY|password/i);
  });

  it('verify says what is wrong when the VIP is on no host although every keepalived runs', async () => {
    const onAll = async (signal: string): Promise<void> => {
      for (const host of cluster().hosts)
        await cluster().read(host, 'systemctl', 'kill', `--signal=${signal}`, 'keepalived');
    };
    expect((await cluster().run('verify')).code).toBe(0);
    // Frozen: or one of them would mend it at once.
    await onAll('STOP');
    try {
      await cluster().read(
        cluster().host('cp1'),
        'ip',
        'address',
        'delete',
        `${cluster().lab.vip}/32`,
        'dev',
        'eth0',
      );
      const human = await cluster().run('verify');
      expect(human.code).toBe(4);
      expect(human.stdout).toContain(`no host has ${cluster().lab.vip}`);
      const json = await cluster().run('verify', '--json');
      expect(json.code).toBe(4);
      const events = eventsOf(json);
      const verdict = events.find((event) => event.type === 'verdict');
      expect(verdict).toMatchObject({ verdict: { isGood: false, owners: [] } });
      const checks = verdict?.type === 'verdict' ? verdict.verdict.checks : [];
      expect(checks).toContainEqual(expect.objectContaining({ name: 'one-owner', status: 'fail' }));
      expect(checks).toContainEqual(
        expect.objectContaining({ name: 'vip-answers', status: 'fail', host: 'cp3' }),
      );
      expect(events.at(-1)).toEqual({ type: 'exit', code: 4 });
    } finally {
      await onAll('CONT');
    }
    await cluster().ownedBy(['cp1'], 20_000);
  });

  it('verify says what is wrong when keepalived is stopped everywhere, and an apply mends it', async () => {
    for (const host of cluster().hosts) await cluster().read(host, 'systemctl', 'stop', 'keepalived');
    const verdict = await cluster().run('verify');
    expect(verdict.code).toBe(4);
    expect(verdict.stdout.match(/^fail +service +cp\d +keepalived does not run$/gm)).toHaveLength(3);
    expect(verdict.stdout).toContain('konvoy-ha: not verified: ');
    await cluster().succeed('apply', '--yes');
    expect(await cluster().owners()).toEqual(['cp1']);
  });

  it('destroy --purge leaves nothing of ours and no package, and has nothing to do the second time', async () => {
    const dryRun = await cluster().run('destroy', '--purge', '--dry-run', '--detailed-exitcode');
    expect(dryRun.code).toBe(2);
    expect(dryRun.stdout.match(/^- cp\d +package keepalived +remove$/gm)).toHaveLength(3);
    expect(await cluster().owners()).toEqual(['cp1']);

    const destroyed = await cluster().succeed('destroy', '--purge', '--yes');
    expect(destroyed.stdout).not.toContain('kept:');
    await expectNothingLeft();
    for (const host of cluster().hosts)
      expect((await host.exec(['dpkg-query', '-W', 'keepalived'])).exitCode).not.toBe(0);
    await expectNothingToDo();
  });

  it('apply works again after a destroy, and a destroy without --purge says that it kept the package', async () => {
    await cluster().succeed('apply', '--yes');
    expect(await askVip(cluster().lab)).toEqual({ outcome: 'answered', status: 200, servedBy: 'cp1' });
    expect((await cluster().succeed('history')).stdout).toContain('konvoy-ha: 1 generation\n');

    const destroyed = await cluster().succeed('destroy', '--yes');
    for (const { name } of cluster().hosts) {
      expect(destroyed.stdout).toContain(`konvoy-ha: kept: ${name}: package keepalived, `);
    }
    await expectNothingLeft();
    for (const host of cluster().hosts)
      expect((await host.exec(['dpkg-query', '-W', 'keepalived'])).exitCode).toBe(0);
    await expectNothingToDo();
  });

  it('what a user had changed by hand is kept by a destroy, and said so', async () => {
    await cluster().succeed('apply', '--yes');
    const host = cluster().host('cp2');
    await cluster().script(host, "echo '# a note of mine' >>/etc/keepalived/keepalived.conf");
    const destroyed = await cluster().succeed('destroy', '--yes');
    const path = /^konvoy-ha: kept: cp2: (\/var\/lib\/konvoy-ha\/.*)$/m.exec(destroyed.stdout)?.[1] ?? '';
    expect(await cluster().read(host, 'tail', '-n', '1', path)).toBe('# a note of mine');
  });
});

/** Files of the package manager and what its scripts make, of systemd, of logins and of the log: none is ours. */
const THEIR_BUSINESS: readonly RegExp[] = [
  /^\/var\/(lib\/(dpkg|apt|systemd)|cache|log|backups)(\/|$)/,
  /^\/run\/(systemd|log|udev|user|utmp|sudo|dbus|motd\.dynamic)(\/|$)/,
  /^\/etc\/rc\d\.d\/[SK]\d\dkeepalived$/,
  /^\/etc\/(ld\.so\.cache|(passwd|group|shadow|gshadow|subuid|subgid)-)$/,
  /^\/var\/lib\/(pam|sudo|ucf)(\/|$)/,
  /^\/tmp(\/|$)/,
];
