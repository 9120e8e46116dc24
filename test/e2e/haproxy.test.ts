import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { stationsOf, watchedVip, type Watched } from '../support/vip-watch.ts';

const EVERYBODY = ['cp1', 'cp2', 'cp3'];

describe('loadBalancer: haproxy on a running cluster, under 50 connections a second', () => {
  const cluster = clusterOfFile();
  const table: string[] = [];

  /** Does something while the VIP is watched, which stays on cp1. */
  const staying = async (title: string, work: () => Promise<unknown>): Promise<Watched> => {
    const seen = await watchedVip(cluster().lab, work);
    table.push(rowOf(title, seen));
    expect(stationsOf(seen), seen.words).toEqual(['cp1']);
    return seen;
  };
  const nobodyTurnedAway = ({ use, lostOnTheWay, words }: Watched): void => {
    expect(use.refused, words).toBe(0);
    expect(lostOnTheWay, words).toBe(0);
  };
  const onActive = async (script: string): Promise<string> => cluster().script(cluster().host('cp1'), script);

  beforeAll(async () => {
    // Three hosts that install packages at once on one machine are slower than their checks allow.
    await cluster().configure({ loadBalancer: 'haproxy' });
    await cluster().succeed('apply', '--yes');
    await cluster().configure();
    await cluster().succeed('apply', '--yes');
  });
  afterEach(async () => {
    await Promise.all(cluster().hosts.map(async (host) => host.api('ok')));
  });
  afterAll(() => void process.stdout.write(`${table.join('\n')}\n`));

  it('comes without turning anybody away, and spreads what reaches the VIP from then on', async () => {
    await cluster().configure({ loadBalancer: 'haproxy' });
    const seen = await staying('none to haproxy', async () => cluster().succeed('apply', '--yes'));
    nobodyTurnedAway(seen);
    expect(seen.use.cut, seen.words).toBe(0);
    const later = await staying('balanced', async () => sleep(2_000));
    expect(later.use.servedBy.toSorted(), later.words).toEqual(EVERYBODY);
    expect(later.use.losses, later.words).toEqual([]);
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
    const verified = await cluster().run('verify');
    expect(verified.code, verified.stdout).toBe(0);
  });

  it('runs in a unit of its own, and leaves the one of the package alone', async () => {
    expect(
      await onActive('systemctl is-active konvoy-ha-haproxy; systemctl is-enabled konvoy-ha-haproxy'),
    ).toBe('active\nenabled');
    expect(await onActive('systemctl is-active haproxy || systemctl is-enabled haproxy || :')).toBe(
      'inactive\ndisabled',
    );
    expect(await onActive('ps -o user= -C haproxy | sort -u')).toBe('haproxy');
  });

  it('an API server that dies on the active costs nothing but what it had in hand', async () => {
    const seen = await staying('API dies on the active', async () => {
      await cluster().host('cp1').api('stopped');
      await sleep(6_000);
    });
    nobodyTurnedAway(seen);
    expect(seen.use.cut, seen.words).toBeLessThanOrEqual(3);
    const verified = await cluster().run('verify');
    expect(verified.code, verified.stdout).toBe(0);
    expect(verified.stdout).toContain('cp1 refuses');
  });

  it('an API server that becomes unready is left alone, and keeps what it has', async () => {
    const seen = await staying('API unready on the active', async () => {
      await cluster().host('cp1').api('unready');
      await sleep(5_000);
    });
    nobodyTurnedAway(seen);
    expect(seen.use.cut, seen.words).toBe(0);
  });

  it('when all are unready, all go on serving', async () => {
    const seen = await staying('all APIs unready', async () => {
      await Promise.all(cluster().hosts.map(async (host) => host.api('unready')));
      await sleep(6_000);
    });
    nobodyTurnedAway(seen);
    expect(seen.use.cut, seen.words).toBe(0);
  });

  it('a haproxy that is killed on the active is back at once', async () => {
    await onActive('for n in 1 2 3; do curl -ks https://127.0.0.1:16443/readyz; sleep 1; done');
    const seen = await staying('haproxy killed', async () => {
      await onActive('systemctl kill --kill-who=main --signal=KILL konvoy-ha-haproxy');
      await sleep(4_000);
    });
    // What it had in hand, and who comes before the redirect is gone.
    expect(seen.use.longestGapMs, seen.words).toBeLessThanOrEqual(500 * seen.stretch);
    expect(seen.use.refused, seen.words).toBeLessThanOrEqual(10 * seen.stretch);
    expect(await onActive('systemctl is-active konvoy-ha-haproxy')).toBe('active');
    expect((await cluster().run('verify')).code).toBe(0);
  });

  it('without haproxy and without an API server the VIP moves', async () => {
    const seen = await watchedVip(cluster().lab, async () => {
      await onActive('systemctl stop konvoy-ha-haproxy');
      await cluster().host('cp1').api('stopped');
      await cluster().ownedBy(['cp2'], 15_000);
    });
    table.push(rowOf('haproxy and API gone', seen));
    expect(seen.use.longestGapMs, seen.words).toBeLessThanOrEqual(3_000 * seen.stretch);
    await cluster().host('cp1').api('ok');
    await cluster().ownedBy(['cp1'], 15_000);
    const missing = await cluster().run('verify');
    expect(missing.code).toBe(4);
    expect(missing.stdout).toContain('haproxy does not run');
    const mended = await staying('apply mends it', async () => cluster().succeed('apply', '--yes'));
    nobodyTurnedAway(mended);
  });

  it('a redirect that somebody has flushed is missed by verify, and a reload brings it back', async () => {
    await onActive('nft flush ruleset');
    const missing = await cluster().run('verify');
    expect(missing.code).toBe(4);
    expect(missing.stdout).toContain('systemctl reload konvoy-ha-haproxy');
    await onActive('systemctl reload konvoy-ha-haproxy');
    expect((await cluster().run('verify')).code).toBe(0);
  });

  it('another health check reloads haproxy and turns nobody away', async () => {
    await cluster().configure({ loadBalancer: 'haproxy', healthCheck: { fall: 3 } });
    const seen = await staying('haproxy reloads', async () => cluster().succeed('apply', '--yes'));
    nobodyTurnedAway(seen);
    expect(seen.use.cut, seen.words).toBe(0);
  });

  it('goes without turning anybody away, and leaves nothing', async () => {
    await cluster().configure();
    const seen = await staying('haproxy to none', async () => cluster().succeed('apply', '--yes'));
    nobodyTurnedAway(seen);
    expect(seen.use.cut, seen.words).toBe(0);
    expect(
      await onActive('nft list tables; ! test -e /etc/konvoy-ha || ls -d /etc/konvoy-ha; pgrep haproxy || :'),
    ).toBe('');
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it('comes back with a rollback, and goes with the next', async () => {
    const back = await staying('rollback to haproxy', async () => cluster().succeed('rollback', '--yes'));
    nobodyTurnedAway(back);
    expect(await onActive('systemctl is-active konvoy-ha-haproxy')).toBe('active');
    const gone = await staying('rollback to none', async () =>
      cluster().succeed('rollback', '--yes', '--to', '2'),
    );
    nobodyTurnedAway(gone);
    expect(await onActive('nft list tables; pgrep haproxy || :')).toBe('');
  });
});

function rowOf(title: string, seen: Watched): string {
  const { use, owners, lostOnTheWay } = seen;
  const numbers = `${use.requests} requests, ${use.refused} turned away, ${lostOnTheWay} late, ${use.cut} cut, longest gap ${use.longestGapMs} ms`;
  return `${title.padEnd(28)} ${stationsOf(seen).join(' > ').padEnd(12)} ${numbers}; none ${owners.longestNoneMs.toFixed(1)} ms; by ${use.servedBy.join(' ')}`;
}
