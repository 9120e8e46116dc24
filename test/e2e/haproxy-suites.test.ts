import { describe, expect, it } from 'vitest';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { watchedVip } from '../support/vip-watch.ts';

// haproxy 2.2 with nft 0.9.8, and haproxy 3.0 with nft 1.1; every other test runs on bookworm's 2.6 and 1.0.6.
describe.each(['bullseye', 'trixie'] as const)('haproxy of %s', (suite) => {
  const cluster = clusterOfFile({ hosts: 2, suite });

  it('balances with the same files, reloads, and goes again', async () => {
    await cluster().configure({ loadBalancer: 'haproxy' });
    await cluster().succeed('apply', '--yes');
    const verified = await cluster().run('verify');
    expect(verified.code, verified.stdout).toBe(0);
    await cluster().configure({ loadBalancer: 'haproxy', healthCheck: { rise: 3 } });
    const reloading = await watchedVip(cluster().lab, async () => cluster().succeed('apply', '--yes'));
    expect(reloading.use.refused, reloading.words).toBe(0);
    expect(reloading.use.servedBy.toSorted(), reloading.words).toEqual(['cp1', 'cp2']);
    await cluster().configure();
    const going = await watchedVip(cluster().lab, async () => cluster().succeed('apply', '--yes'));
    expect(going.use.refused, going.words).toBe(0);
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
  });
});
