import { describe, expect, it } from 'vitest';
import type { Suite } from '../../src/lab/context.ts';
import { CONTENT, files, lifeOf, MANAGED, type Listing } from '../support/host-state.ts';
import { LabCluster } from '../support/lab-cluster.ts';
import { askVip } from '../support/vip-client.ts';

describe.each<Suite>(['trixie', 'bullseye'])('hosts of debian %s', (suite) => {
  it('are set up, left alone, changed, changed back and cleaned', async () => {
    await using cluster = await LabCluster.up({ hosts: 2, suite });
    const onAll = async (
      look: (host: LabCluster['hosts'][number]) => Promise<Listing>,
    ): Promise<readonly Listing[]> => Promise.all(cluster.hosts.map(look));
    const content = async (): Promise<readonly Listing[]> => onAll(async (host) => files(host, CONTENT));
    const everything = async (): Promise<readonly Listing[]> =>
      onAll(async (host) => [...(await files(host, MANAGED)), await lifeOf(host, 'keepalived')]);

    await cluster.succeed('apply', '--yes');
    expect((await cluster.run('verify')).code).toBe(0);
    const applied = await everything();
    await cluster.succeed('apply', '--yes');
    expect(await everything()).toEqual(applied);

    const before = await content();
    await cluster.configure({ vrid: 61 });
    await cluster.succeed('apply', '--yes');
    await cluster.ownedBy(['cp1'], 10_000);
    expect(await content()).not.toEqual(before);
    await cluster.succeed('rollback', '--yes');
    await cluster.ownedBy(['cp1'], 10_000);
    expect(await content()).toEqual(before);
    expect(await askVip(cluster.lab)).toEqual({ outcome: 'answered', status: 200, servedBy: 'cp1' });

    await cluster.succeed('destroy', '--purge', '--yes');
    expect(await cluster.owners()).toEqual([]);
    for (const host of cluster.hosts) {
      const left =
        'ls -d /var/lib/konvoy-ha /run/konvoy-ha /etc/keepalived /usr/libexec/keepalived 2>/dev/null || true';
      expect(await cluster.script(host, left), host.name).toBe('');
    }
  });
});
