import { beforeAll, describe, expect, it } from 'vitest';
import type { DrillResult } from '../../src/domain/drill.ts';
import { CliProcess, runStep } from '../support/cli-process.ts';
import { eventsOf } from '../support/cli.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';

// The profile is balanced: an advert every 500 ms. Bounds are generous, for a machine that is busy; how long an outage is on one
// that is not stands in docs/drill.md.
describe('a drill on three hosts', { timeout: 240_000 }, () => {
  const cluster = clusterOfFile();
  const drill = async (...words: readonly string[]): Promise<readonly DrillResult[]> =>
    eventsOf(await cluster().succeed('drill', '--yes', '--json', ...words)).flatMap((event) =>
      event.type === 'drill' ? [event['result']] : [],
    );
  /** What a fault can have left on the hosts. */
  const traces = async (): Promise<readonly string[]> =>
    Promise.all(
      cluster().hosts.map(async (host) =>
        cluster().script(
          host,
          `nft list tables | grep konvoy_ha || :
ls /run/konvoy-ha | grep restoration || :
systemctl list-units --all --no-legend 'konvoy-ha-later-*' || :
systemctl is-active keepalived | grep -vx active || :`,
        ),
      ),
    );
  const clean = ['', '', ''];

  beforeAll(async () => {
    await cluster().succeed('apply', '--yes');
    await cluster().ownedBy(['cp1'], 10_000);
  });

  it.each<readonly [string, number]>([
    ['stop', 2000],
    ['kill', 6000],
    ['api', 6000],
    ['api-hang', 15_000],
  ])('with the fault %s measures a takeover, and everything is as before', async (fault, boundMs) => {
    const [result] = await drill('--fault', fault);
    expect(result).toMatchObject({ fault, host: 'cp1', wasActive: true, takenBy: 'cp2', cameBack: true });
    expect(result?.outageMs).toBeLessThan(boundMs);
    expect(result?.requests).toBeGreaterThan(100);
    expect(await traces()).toEqual(clean);
    expect(await cluster().owners()).toEqual(['cp1']);
  });

  it('with a partition, which needs a yes of its own, has another host answer meanwhile', async () => {
    const refused = await cluster().run('drill', '--yes', '--fault', 'partition');
    expect([refused.code, refused.stderr]).toEqual([10, expect.stringContaining('--allow-partition')]);
    const [result] = await drill('--fault', 'partition', '--allow-partition');
    expect(result).toMatchObject({ takenBy: 'cp2', cameBack: true });
    expect(result?.lost).toBeGreaterThan(0);
    expect(result?.outageMs).toBeLessThan(15_000);
    expect(await traces()).toEqual(clean);
  });

  it('on a backup loses nothing that the active serves', async () => {
    const [result] = await drill('--fault', 'stop', '--host', 'cp3');
    expect(result).toMatchObject({ host: 'cp3', wasActive: false, cameBack: true });
    expect(result).not.toHaveProperty('takenBy');
  });

  it('that is interrupted ends the fault at once', async () => {
    await using run = new CliProcess(
      'drill',
      '--yes',
      '--fault',
      'api',
      '--inventory',
      cluster().lab.inventoryPath,
    );
    await run.reported(runStep('cp1 fails'));
    run.signal('SIGINT');
    expect((await run.end()).code).toBe(130);
    expect(await traces()).toEqual(clean);
    await cluster().ownedBy(['cp1'], 20_000);
  });

  it('that is killed leaves hosts that end the fault by themselves', async () => {
    await using run = new CliProcess(
      'drill',
      '--yes',
      '--fault',
      'api',
      '--inventory',
      cluster().lab.inventoryPath,
    );
    await run.reported(runStep('cp1 fails'));
    await expect
      .poll(async () => (await traces()).join(), { timeout: 10_000 })
      .toContain('table inet konvoy_ha_drill');
    run.signal('SIGKILL');
    await run.end();
    expect((await traces()).join()).toContain('konvoy-ha-later-');
    await expect.poll(traces, { timeout: 60_000, interval: 1000 }).toEqual(clean);
    await cluster().ownedBy(['cp1'], 20_000);
  });

  it('is refused on a cluster that is not well', async () => {
    await cluster().script(cluster().host('cp2'), 'systemctl stop keepalived');
    const { code, stderr } = await cluster().run('drill', '--yes');
    expect([code, stderr]).toEqual([4, expect.stringContaining('a drill would prove nothing')]);
    await cluster().script(cluster().host('cp2'), 'systemctl start keepalived');
  });
});
