import { describe, expect, test } from 'vitest';
import type { HostName } from '../../../src/domain/names.ts';
import { applyCommand, destroyCommand, rollbackCommand } from '../../../src/engine/alter.ts';
import { drawOf } from '../../../src/engine/listen.ts';
import { checkCommand, planCommand } from '../../../src/engine/look.ts';
import { statusCommand } from '../../../src/engine/status.ts';
import { savePlan } from '../../../src/engine/saved-plan.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { hostName, ip, vrid } from '../../support/branded.ts';
import { appliedCluster, ENDPOINT, freshCluster, VIP } from '../../support/cluster.ts';
import { SeenHost } from '../../support/seen-host.ts';
import { advert } from '../../support/vrrp-frames.ts';
import { worldOf, type ReportedWorld } from '../../support/world.ts';

const ALL = new Set(['lb1', 'lb2', 'lb3'].map(hostName));
const COMMAND = {
  verify: true,
  keepOnFailure: false,
  confirmTimeoutS: undefined,
  confirm: async () => Promise.resolve(true),
};

interface Stage {
  readonly world: ReportedWorld;
  readonly hosts: ReadonlyMap<HostName, SeenHost>;
}

function stage(snapshots: readonly HostSnapshot[]): Stage {
  const hosts = new Map(snapshots.map((snapshot) => [snapshot.intent.name, new SeenHost(snapshot)]));
  return { world: worldOf(snapshots, hosts), hosts };
}

function listened({ hosts }: Stage): readonly number[] {
  return [...hosts.values()].map((host) => host.listened);
}

function hearing(
  snapshots: readonly HostSnapshot[],
  ...adverts: readonly ReturnType<typeof advert>[]
): Stage {
  return stage(
    snapshots.map((snapshot) => ({ ...snapshot, heard: { kind: 'listened', by: 'perl', adverts } })),
  );
}

describe('hosts listen', () => {
  test.each<readonly [string, (world: ReportedWorld) => Promise<unknown>]>([
    ['a plan', async (world) => planCommand(world, ALL)],
    ['an apply', async (world) => applyCommand(world, ALL, COMMAND)],
  ])('before %s that is the first, and not when nothing changes', async (_, run) => {
    const [first, later] = [stage(freshCluster()), stage(appliedCluster())];
    // These hosts bear no change: an apply ends at the first, which is after both of its looks.
    await run(first.world).catch(() => undefined);
    await run(later.world);
    expect([listened(first), listened(later)]).toEqual([
      [1, 1, 1],
      [0, 0, 0],
    ]);
  });

  test('before the VRID becomes another', async () => {
    const { world, hosts } = stage(appliedCluster());
    const settings = { ...ENDPOINT.settings, vrid: vrid(7) };
    await planCommand({ ...world, endpoint: { ...ENDPOINT, settings } }, ALL);
    expect(listened({ world, hosts })).toEqual([1, 1, 1]);
  });

  test('not for what asks nothing of the wire', async () => {
    const seen = stage(appliedCluster());
    await statusCommand(seen.world, ALL);
    await rollbackCommand(seen.world, ALL, { ...COMMAND, to: 1 });
    await destroyCommand(seen.world, ALL, {
      ...COMMAND,
      purge: false,
      confirm: async () => Promise.resolve(false),
    });
    expect(listened(seen)).toEqual([0, 0, 0]);
  });

  test('in every check, all of them though it is about one', async () => {
    const seen = hearing(appliedCluster(), advert());
    await checkCommand(seen.world, new Set([hostName('lb2')]));
    expect(listened(seen)).toEqual([1, 1, 1]);
    const [checks = []] = seen.world.events.flatMap((event) =>
      event.type === 'checks' ? [event.checks] : [],
    );
    expect(checks.filter(({ name }) => name.startsWith('vrrp'))).toMatchObject([
      { name: 'vrrp-heard', host: 'lb2', status: 'pass' },
      { name: 'vrrp-stranger', status: 'pass' },
      { name: 'vrrp-reach', host: 'lb2', status: 'pass' },
    ]);
  });
});

describe('a stranger', () => {
  test('that has the VIP is shown by a check, which refuses it', async () => {
    const { world } = hearing(freshCluster(), advert({ vips: [VIP] }));
    await expect(checkCommand(world, ALL)).rejects.toMatchObject({ code: 'input-refused' });
    const [checks = []] = world.events.flatMap((event) => (event.type === 'checks' ? [event.checks] : []));
    expect(checks.find(({ name }) => name === 'vrrp-stranger')).toMatchObject({ status: 'fail' });
  });

  test('that has it stops a plan and an apply', async () => {
    const seen = (): ReportedWorld => hearing(freshCluster(), advert({ vips: [VIP] })).world;
    await expect(planCommand(seen(), ALL)).rejects.toMatchObject({ code: 'input-refused' });
    await expect(applyCommand(seen(), ALL, COMMAND)).rejects.toMatchObject({ code: 'input-refused' });
  });

  test('that has the VRID of the VIP makes the plan draw another, which a saved plan draws again', async () => {
    const seen = (): ReportedWorld =>
      hearing(freshCluster(), advert({ vrid: vrid(20), source: ip('10.0.50.202') })).world;
    const world = seen();
    const proposal = await planCommand(world, ALL);
    expect(proposal.plan.headline).toMatch(/ vrid \d+ \(drawn: the one of the VIP is taken\):/);
    const [drawn] = [...proposal.records.values()];
    expect(drawn?.vrid).not.toBe(20);
    const saved = savePlan(world, proposal, { tool: '0.1.0', salt: 's', limit: ALL });
    const again = await planCommand({ ...seen(), runId: 'another' }, ALL, saved);
    expect(again.records).toEqual(proposal.records);
  });
});

test('a draw is a number from 0 to less than 1, of its run only', () => {
  const draws = Array.from({ length: 1000 }, (_, index) => drawOf(`run-${index}`));
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...draws)).toBeLessThan(1);
  expect(new Set(draws.map((draw) => Math.floor(draw * 10))).size).toBe(10);
  expect(drawOf('run-1')).toBe(drawOf('run-1'));
});
