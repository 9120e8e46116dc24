import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventsOf } from '../support/cli.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { stationsOf, watchedVip, type Watched } from '../support/vip-watch.ts';

const FILE = '/etc/keepalived/konvoy-ha-drained';

describe('a host that is drained', () => {
  const cluster = clusterOfFile();
  const watched = async (...words: readonly string[]): Promise<Watched> =>
    watchedVip(cluster().lab, async () => cluster().succeed(...words));
  const expectNothingLost = ({ use, lostOnTheWay, words }: Watched): void => {
    expect([use.refused, use.cut, lostOnTheWay], words).toEqual([0, 0, 0]);
  };

  beforeAll(async () => {
    await cluster().succeed('apply', '--yes');
    await cluster().ownedBy(['cp1'], 10_000);
  });

  it('gives the VIP away without losing a request', async () => {
    const seen = await watched('drain', 'cp1');
    expectNothingLost(seen);
    expect(stationsOf(seen)).toEqual(['cp1', 'cp2']);
    const { stdout } = await cluster().succeed('status', '--detailed-exitcode');
    expect(stdout).toMatch(/^~ cp1 +drained by .+ ago: it has the VIP only when no other host can$/m);
    expect((await cluster().succeed('verify')).stdout).toMatch(/^warn +drained +cp1 /m);
  });

  it('is not drained twice', async () => {
    expect((await cluster().succeed('drain', 'cp1')).stdout).toContain('cp1 is already drained\n');
  });

  it('stays without the VIP when it is restarted', async () => {
    await cluster().host('cp1').reboot();
    for (let look = 0; look < 40; look += 1) {
      expect(await cluster().owners()).toEqual(['cp2']);
      await sleep(150);
    }
    expect((await cluster().succeed('status')).stdout).toMatch(/^~ cp1 +drained by /m);
  });

  it('is left as it is by an apply, whose plan does not wait for it', async () => {
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
    await cluster().configure({ healthCheck: { fall: 3 } });
    const { stdout } = await cluster().succeed('plan');
    expect(stdout).toContain('the VIP stays where it is; no request is lost');
    const seen = await watched('apply', '--yes');
    expectNothingLost(seen);
    expect(stationsOf(seen)).toEqual(['cp2']);
  });

  it('has the VIP all the same when no other host can', async () => {
    await cluster().succeed('drain', 'cp3');
    const refused = await cluster().run('drain', 'cp2', '--json');
    expect(refused.code).toBe(3);
    expect(eventsOf(refused).at(-1)).toMatchObject({
      error: { message: expect.stringMatching(/^no other host can have the VIP/) as unknown },
    });
    await cluster().script(cluster().host('cp2'), 'systemctl stop keepalived');
    await cluster().ownedBy(['cp1'], 10_000);
    await cluster().script(cluster().host('cp2'), 'systemctl start keepalived');
    await cluster().ownedBy(['cp2'], 10_000);
    await cluster().succeed('undrain', 'cp3');
  });

  it('takes the VIP back without losing a request', async () => {
    const seen = await watched('undrain', 'cp1');
    expectNothingLost(seen);
    expect(stationsOf(seen)).toEqual(['cp2', 'cp1']);
    expect((await cluster().succeed('undrain', 'cp1')).stdout).toContain('cp1 is already not drained\n');
  });

  it('is drained no more when everything of ours is taken off it', async () => {
    await cluster().succeed('drain', 'cp3');
    await cluster().succeed('destroy', '--yes');
    expect(await cluster().script(cluster().host('cp3'), `[ -e ${FILE} ] && echo there || echo gone`)).toBe(
      'gone',
    );
  });
});
