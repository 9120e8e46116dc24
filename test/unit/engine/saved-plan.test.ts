import { describe, expect, test } from 'vitest';
import { KonvoyError } from '../../../src/domain/error.ts';
import type { Intent } from '../../../src/domain/intent.ts';
import { proposeApply, type Proposal } from '../../../src/engine/propose.ts';
import { refuseOtherPurpose, refuseStale, savePlan } from '../../../src/engine/saved-plan.ts';
import type { View } from '../../../src/engine/world.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { advertIntervalMs, clusterName, hostName } from '../../support/branded.ts';
import {
  applied,
  appliedCluster,
  CONF,
  ENDPOINT,
  freshCluster,
  hostIntent,
  holdingVip,
  withConf,
  withResource,
} from '../../support/cluster.ts';
import { notHolding } from '../../support/evidence.ts';
import { worldOf } from '../../support/world.ts';

const ALL = new Set(['lb1', 'lb2', 'lb3'].map(hostName));
const SAVING = { tool: '0.1.0', salt: 'salt', limit: ALL };
const edited = (text: string) => (snapshot: HostSnapshot) => withConf(snapshot, (conf) => `${conf}${text}`);

function proposed(view: View, snapshots: readonly HostSnapshot[]): Proposal {
  return proposeApply(view, { limited: ALL, snapshots, absent: [] });
}

/** The cluster after an apply, the second host seen differently. */
function having(change: (snapshot: HostSnapshot) => HostSnapshot): readonly HostSnapshot[] {
  return appliedCluster().map((snapshot, index) => (index === 1 ? change(snapshot) : snapshot));
}

/** What is said to have changed from the hosts of a saved plan to these. */
function said(
  then: readonly HostSnapshot[],
  now: readonly HostSnapshot[],
  change: (view: View) => View = (view) => view,
): readonly string[] {
  const view = worldOf(then);
  const saved = savePlan(view, proposed(view, then), SAVING);
  const today = change(worldOf(now));
  return messagesOf(() => refuseStale(today, saved, proposed(today, now)));
}

function messagesOf(refuse: () => void): readonly string[] {
  try {
    refuse();
    return [];
  } catch (error) {
    if (!(error instanceof KonvoyError)) throw error;
    expect(error).toMatchObject({ code: 'plan-stale' });
    expect(error.message).toMatch(/^the plan that bob@desk saved at 2026-11-26T03:00:00.000Z /);
    return error.diagnostics.map(({ message }) => message);
  }
}

describe('a saved plan', () => {
  test.each<readonly [string, readonly HostSnapshot[]]>([
    ['for a first installation', freshCluster()],
    ['for a host that was changed by hand', having(edited('# by hand\n'))],
    ['that changes nothing', appliedCluster()],
  ])('%s holds as long as nothing changes', (_, snapshots) => {
    expect(said(snapshots, snapshots)).toEqual([]);
  });

  test.each<readonly [string, readonly HostSnapshot[], readonly HostSnapshot[], readonly string[]]>([
    [
      'a file has changed again since',
      having(edited('# by hand\n')),
      having(edited('# by another hand\n')),
      [`lb2: file ${CONF.slice(5)} has changed on the host`],
    ],
    [
      'a file is gone',
      having(edited('# by hand\n')),
      having((snapshot) => withResource(snapshot, CONF, { status: 'absent' })),
      [`lb2: file ${CONF.slice(5)} has changed on the host`],
    ],
    [
      'a host is another machine',
      having((snapshot) => ({ ...snapshot, facts: { ...snapshot.facts, machineId: 'a' } })),
      having((snapshot) => ({ ...snapshot, facts: { ...snapshot.facts, machineId: 'b' } })),
      ['lb2: is another machine than the plan was made on'],
    ],
    [
      'somebody has applied since',
      appliedCluster(),
      applied(appliedCluster(), 2),
      ['lb1', 'lb2', 'lb3'].map(
        (host) => `${host}: had generation 1, and generation 2 by ada@laptop is there now`,
      ),
    ],
    [
      'the VIP has moved, so that the order would be another',
      appliedCluster().map(edited('# by hand\n')),
      appliedCluster()
        .map(edited('# by hand\n'))
        .map((snapshot, index) =>
          index === 0 ? notHolding(snapshot) : index === 1 ? holdingVip(snapshot) : snapshot,
        ),
      [
        'the order would be another now, because the VIP, a router or an API server is in another state: lb1; lb2, lb3 instead of lb2; lb1, lb3',
      ],
    ],
  ])('is refused when %s', (_, then, now, expected) => {
    expect(said(then, now)).toEqual(expected);
  });

  test('is refused when the inventory asks for something else', () => {
    const settings = { ...ENDPOINT.settings, advertIntervalMs: advertIntervalMs(1000) };
    const slower = (view: View): View => ({ ...view, endpoint: { ...ENDPOINT, settings } });
    expect(said(appliedCluster(), appliedCluster(), slower)).toEqual(
      ['lb1', 'lb2', 'lb3'].map((host) => `${host}: file ${CONF.slice(5)}: something else is asked for now`),
    );
  });

  test.each<readonly [string, Partial<Intent>, string, readonly string[]]>([
    ['the same', {}, '0.1.0', []],
    ['another version', {}, '0.2.0', ['it was made by konvoy-ha 0.1.0, and this is 0.2.0']],
    [
      'another cluster',
      { cluster: clusterName('test') },
      '0.1.0',
      ['it is for the cluster prod, and this is test'],
    ],
    [
      'other hosts',
      {
        hosts: [
          hostIntent('lb1'),
          { ...hostIntent('lb2'), target: { ...hostIntent('lb2').target, address: '10.0.50.99' } },
          hostIntent('lb4'),
        ],
      },
      '0.1.0',
      [
        'lb2: was at 10.0.50.12:22, and the inventory has it at 10.0.50.99:22',
        'lb3: is not in the inventory any more',
        'lb4: is in the inventory, and was not when the plan was made',
      ],
    ],
  ])('is compared with %s before any host is asked', (_, rest, tool, expected) => {
    const view = worldOf(appliedCluster());
    const saved = savePlan(view, proposed(view, appliedCluster()), SAVING);
    const today = { ...view, intent: { ...view.intent, ...rest } };
    expect(messagesOf(() => refuseOtherPurpose(today, saved, tool))).toEqual(expected);
  });

  test('has no content of any file, and other sums with another salt', () => {
    const snapshots = having(edited('auth_pass opensesame\n'));
    const view = worldOf(snapshots);
    const [one, other] = ['salt', 'pepper'].map((salt) =>
      savePlan(view, proposed(view, snapshots), { ...SAVING, salt }),
    );
    expect(JSON.stringify(one)).not.toMatch(/opensesame|vrrp_instance/);
    const changeOf = (saved = one): unknown => saved?.basis.hosts[1]?.changes.find(({ key }) => key === CONF);
    expect(changeOf(one)).toMatchObject({ wanted: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(changeOf(one)).not.toEqual(changeOf(other));
  });
});
