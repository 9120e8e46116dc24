import { describe, expect, test } from 'vitest';
import type { KeepalivedSettings } from '../../../src/domain/intent.ts';
import type { Activation, Plan } from '../../../src/domain/plan.ts';
import { crosses, patienceS, type Phase } from '../../../src/engine/patience.ts';
import { planCommand } from '../../../src/engine/look.ts';
import { advertIntervalMs, hostName } from '../../support/branded.ts';
import { appliedCluster, ENDPOINT, freshCluster } from '../../support/cluster.ts';
import { SeenHost } from '../../support/seen-host.ts';
import { worldOf } from '../../support/world.ts';

async function planFor(snapshots: ReturnType<typeof freshCluster>): Promise<Plan> {
  const hosts = new Map(snapshots.map((snapshot) => [snapshot.intent.name, new SeenHost(snapshot)]));
  const all = new Set(snapshots.map(({ intent }) => intent.name));
  return (await planCommand(worldOf(snapshots, hosts), all)).plan;
}

const SETTINGS = ENDPOINT.settings;
const SLOWEST: KeepalivedSettings = {
  ...SETTINGS,
  advertIntervalMs: advertIntervalMs(40_950),
  healthCheck: { ...SETTINGS.healthCheck, timeoutMs: 60_000 },
};

describe('a host waits for a sign of its run', () => {
  test.each<readonly [string, Phase, number, KeepalivedSettings, number]>([
    ['as long as was asked for', 'steady', 120, SETTINGS, 120],
    ['no longer than half a minute while two hosts may have the VIP', 'crossing', 120, SETTINGS, 30],
    ['no longer than was asked for then', 'crossing', 30, SETTINGS, 30],
    ['longer than a slow gate takes then', 'crossing', 3600, SLOWEST, 409],
    ['as long as was asked for while nothing is installed', 'staging', 120, SETTINGS, 120],
  ])('%s', async (_, phase, timeoutS, settings, expected) => {
    const plan = await planFor(appliedCluster());
    expect(patienceS(timeoutS, phase, { plan, settings })).toBe(expected);
  });

  test('a quarter of an hour while packages are installed, or longer when that was asked for', async () => {
    const plan = await planFor(freshCluster());
    expect(patienceS(120, 'staging', { plan, settings: SETTINGS })).toBe(900);
    expect(patienceS(3600, 'staging', { plan, settings: SETTINGS })).toBe(3600);
    expect(patienceS(120, 'steady', { plan, settings: SETTINGS })).toBe(120);
  });
});

test.each<readonly [string, Activation['waves'], boolean]>([
  ['nothing', [], false],
  ['one wave', [{ hosts: [hostName('lb1')], gate: 'owns-vip' }], false],
  [
    'hosts that join',
    [
      { hosts: [hostName('lb1')], gate: 'joined' },
      { hosts: [hostName('lb2')], gate: 'joined' },
    ],
    false,
  ],
  [
    'a host that takes the VIP before the others follow',
    [
      { hosts: [hostName('lb1')], gate: 'owns-vip' },
      { hosts: [hostName('lb2')], gate: 'joined' },
    ],
    true,
  ],
  [
    'a host that takes the VIP when the other backups have followed',
    [
      { hosts: [hostName('lb1')], gate: 'joined' },
      { hosts: [hostName('lb2')], gate: 'owns-vip', owner: hostName('lb1') },
      { hosts: [hostName('lb3')], gate: 'joined' },
    ],
    true,
  ],
])('two may have the VIP between waves: %s', (_, waves, expected) => {
  expect(crosses({ waves, because: '', prediction: '' })).toBe(expected);
});
