import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf } from '../support/cli.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { askVip, useWords, VipClient, type VipUse } from '../support/vip-client.ts';

// The profile is balanced: an advert every 500 ms. Bounds are generous; the budgets of DESIGN §9 are for the benches.
describe('a fault of the active host', () => {
  const cluster = clusterOfFile();

  beforeAll(async () => {
    await cluster().succeed('apply', '--yes');
  });

  // Every test begins with all hosts in order and the VIP where the priorities want it.
  afterEach(async () => {
    await Promise.all(cluster().hosts.map(async (host) => host.api('ok')));
    await cluster().ownedBy(['cp1'], 30_000);
    await allInOrder();
  });

  const states = async (): Promise<readonly string[]> => {
    const status = eventsOf(await cluster().run('status', '--json')).find((event) => event.type === 'status');
    return status?.type === 'status' ? status.status.hosts.map(({ state }) => state) : [];
  };
  const allInOrder = async (): Promise<void> => {
    await expect.poll(states, { timeout: 20_000, interval: 500 }).toEqual(['active', 'backup', 'backup']);
    await expect
      .poll(async () => (await cluster().run('verify')).code, { timeout: 20_000, interval: 500 })
      .toBe(0);
  };
  /** What a client saw from before the fault until another host, which is returned, had answered for a second. */
  const whileFailingOver = async (
    fault: () => Promise<void>,
  ): Promise<{ readonly use: VipUse; readonly to: string }> => {
    const client = await VipClient.start(cluster().lab);
    try {
      await sleep(300);
      await fault();
      await expect
        .poll(() => askVip(cluster().lab), { timeout: 20_000, interval: 100 })
        .toMatchObject({ servedBy: 'cp2' });
      await sleep(1000);
      const [to = ''] = await cluster().owners('cp1');
      return { use: await client.stop(), to };
    } finally {
      await client.stop();
    }
  };
  /** Everyone who owned the VIP in some seconds of looking. */
  const ownersFor = async (milliseconds: number): Promise<ReadonlySet<string>> => {
    const seen = new Set<string>();
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      seen.add((await cluster().owners()).join());
      await sleep(100);
    }
    return seen;
  };

  it('a frozen machine loses the VIP to the next one, and takes it back when it thaws', async ({
    annotate,
  }) => {
    const active = cluster().host('cp1');
    const { use, to } = await whileFailingOver(() => active.pause()).finally(() => active.unpause());
    await annotate(useWords(use));
    expect(to).toBe('cp2');
    expect(use.longestGapMs, useWords(use)).toBeGreaterThan(0);
    expect(use.longestGapMs, useWords(use)).toBeLessThanOrEqual(5_000);
    await cluster().ownedBy(['cp1'], 10_000);
    // It has to tell the neighbours, who ask the other host still.
    await expect.poll(() => askVip(cluster().lab), { timeout: 5_000 }).toMatchObject({ servedBy: 'cp1' });
  });

  it('an API server that is gone takes the VIP with it', async ({ annotate }) => {
    const { use, to } = await whileFailingOver(() => cluster().host('cp1').api('stopped'));
    await annotate(useWords(use));
    expect(to).toBe('cp2');
    expect(use.longestGapMs, useWords(use)).toBeLessThanOrEqual(5_000);
    expect(await states()).toEqual(['fault', 'active', 'backup']);
    const status = await cluster().run('status');
    expect(status.stdout).toMatch(/^! cp1 +fault .* refuses +running /m);
    expect(status.stdout).toMatch(/^konvoy-ha: vip .* active on cp2; 3 hosts$/m);
  });

  it('an API server that is sick hands the VIP over without a lost request', async ({ annotate }) => {
    const { use, to } = await whileFailingOver(() => cluster().host('cp1').api('sick'));
    await annotate(useWords(use));
    expect(to).toBe('cp2');
    expect(use.refused, useWords(use)).toBe(0);
    expect(use.cut, useWords(use)).toBeLessThanOrEqual(1);
    // It gives way by weight: it is fit to be active, but not the first choice.
    expect(await states()).toEqual(['backup', 'active', 'backup']);
  });

  it('an API server that hangs hands the VIP over', async ({ annotate }) => {
    const { use, to } = await whileFailingOver(() => cluster().host('cp1').api('hang'));
    await annotate(useWords(use));
    expect(to).toBe('cp2');
    // Two answers that do not come within two seconds, a second apart, and the election.
    expect(use.longestGapMs, useWords(use)).toBeLessThanOrEqual(8_000);
    expect(use.refused, useWords(use)).toBe(0);
  });

  it('when every API server is gone, the VIP stays on one host', async () => {
    await Promise.all(cluster().hosts.map(async (host) => host.api('stopped')));
    await cluster().oneOwner(15_000);
    expect([...(await ownersFor(5_000))]).toHaveLength(1);
    const verdict = await cluster().run('verify');
    expect(verdict.stdout).toContain('none answers on port 6443 yet');
    // Before the first API server is installed that is in order: the VIP has to be there first.
    expect(verdict.code).toBe(0);
  });

  it('when every API server is sick, the VIP stays where it is', async () => {
    await Promise.all(cluster().hosts.map(async (host) => host.api('sick')));
    await sleep(4_000);
    const owner = await cluster().oneOwner(10_000);
    expect([...(await ownersFor(5_000))]).toEqual([owner]);
  });

  it('a machine that loses its power loses the VIP, and has it again after its boot', async ({
    annotate,
  }) => {
    const active = cluster().host('cp1');
    const { use, to } = await whileFailingOver(() => active.kill()).finally(() => active.start());
    await annotate(useWords(use));
    expect(to).toBe('cp2');
    expect(use.longestGapMs, useWords(use)).toBeLessThanOrEqual(5_000);
    await cluster().ownedBy(['cp1'], 20_000);
  });

  it('a machine that reboots comes back as it was', async ({ annotate }) => {
    const active = cluster().host('cp1');
    const client = await VipClient.start(cluster().lab);
    await active.reboot();
    await cluster().ownedBy(['cp1'], 20_000);
    const use = await client.stop();
    await annotate(useWords(use));
    expect(use.longestGapMs, useWords(use)).toBeLessThanOrEqual(5_000);
    expect(use.servedBy).toEqual(['cp1', 'cp2']);
    expect(await cluster().read(active, 'systemctl', 'is-enabled', 'keepalived')).toBe('enabled');
    const unit = await cluster().read(
      active,
      'systemctl',
      'show',
      '--property=Restart,Nice,OOMScoreAdjust,DropInPaths',
      'keepalived',
    );
    expect(unit.split('\n')).toEqual(
      expect.arrayContaining([
        'Restart=always',
        'Nice=-15',
        'OOMScoreAdjust=-900',
        'DropInPaths=/etc/systemd/system/keepalived.service.d/10-konvoy-ha.conf',
      ]),
    );
    expect(await cluster().read(active, 'cat', '/run/konvoy-ha/state')).toMatch(/^MASTER \d+ /);
    expect((await cluster().run('plan', '--detailed-exitcode')).code).toBe(0);
  });
});
