import { describe, expect, test } from 'vitest';
import { assemblePlan } from '../../../src/plan/assemble.ts';
import { mergeWanted, pendingKeys } from '../../../src/plan/pending.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { advertIntervalMs } from '../../support/branded.ts';
import {
  appliedCluster,
  CONF,
  desiredOf,
  ENDPOINT,
  freshCluster,
  SERVICE,
  VIP,
  withConf,
  withService,
} from '../../support/cluster.ts';

const SLOWER = {
  ...ENDPOINT,
  settings: { ...ENDPOINT.settings, profile: 'safe' as const, advertIntervalMs: advertIntervalMs(1000) },
};
const byHand = (snapshot: HostSnapshot): HostSnapshot => withConf(snapshot, (text) => `${text}# by hand\n`);
const asSlower = (snapshot: HostSnapshot): HostSnapshot =>
  withConf(snapshot, (text) => text.replace('advert_int 0.5', 'advert_int 1'));
const stopped = (snapshot: HostSnapshot): HostSnapshot =>
  withService(snapshot, { enabled: true, running: false });

/** Cause by key of what a plan says of the first host. */
function causes(change: (snapshot: HostSnapshot) => HostSnapshot, endpoint = ENDPOINT): unknown {
  const snapshots = appliedCluster().map((snapshot, index) => (index === 0 ? change(snapshot) : snapshot));
  const desired = desiredOf(snapshots, endpoint);
  const hosts = snapshots.map((snapshot) => ({
    snapshot,
    wanted: mergeWanted(desired.wanted.get(snapshot.intent.name), snapshot),
    priority: 250,
  }));
  const [first] = assemblePlan(
    { command: 'apply', headline: '', vip: VIP, advertIntervalMs: 500 },
    hosts,
  ).hosts;
  expect(first?.generation).toBe(1);
  return Object.fromEntries(
    (first?.changes ?? []).flatMap(({ key, action, cause }) =>
      cause === undefined ? [] : [[key, `${action} ${cause}`]],
    ),
  );
}

describe('a plan tells why a resource differs', () => {
  test('nothing differs after an apply', () => {
    expect(causes((snapshot) => snapshot)).toEqual({});
  });

  test('somebody changed it by hand', () => {
    expect(causes(byHand)).toEqual({ [CONF]: 'update by-hand' });
    expect(causes(stopped)).toEqual({ [SERVICE]: 'update by-hand' });
  });

  test('the inventory asks for something else', () => {
    expect(causes((snapshot) => snapshot, SLOWER)).toEqual({ [CONF]: 'update asked-for' });
  });

  test('both', () => {
    expect(causes(byHand, SLOWER)).toEqual({ [CONF]: 'update both' });
  });

  test('each for its own reason', () => {
    expect(causes(stopped, SLOWER)).toEqual({ [CONF]: 'update asked-for', [SERVICE]: 'update by-hand' });
  });

  test('somebody changed it by hand to what the inventory asks for now', () => {
    expect(causes(asSlower, SLOWER)).toEqual({ [CONF]: 'none by-hand' });
  });

  test('nobody can tell on a host without a generation', () => {
    const [host] = freshCluster(1);
    if (host === undefined) throw new Error('no host');
    const wanted = desiredOf([host]).wanted.get(host.intent.name) ?? new Map();
    const plan = assemblePlan({ command: 'apply', headline: '', vip: VIP, advertIntervalMs: 500 }, [
      { snapshot: host, wanted, priority: 250 },
    ]);
    expect(plan.hosts[0]?.generation).toBeUndefined();
    expect(plan.hosts[0]?.changes.filter(({ cause }) => cause !== undefined)).toEqual([]);
  });
});

describe('what the inventory asks for beyond the latest generation', () => {
  test.each<readonly [string, (snapshot: HostSnapshot) => HostSnapshot, typeof ENDPOINT, readonly string[]]>([
    ['is nothing after an apply', (snapshot) => snapshot, ENDPOINT, []],
    ['is not what was changed by hand', byHand, ENDPOINT, []],
    ['is what was configured anew', (snapshot) => snapshot, SLOWER, [CONF]],
    ['is both, where somebody changed the same by hand', byHand, SLOWER, [CONF]],
  ])('%s', (_, change, endpoint, expected) => {
    const snapshots = appliedCluster().map(change);
    const pending = pendingKeys(desiredOf(snapshots, endpoint), snapshots);
    expect([...pending.values()]).toEqual(snapshots.map(() => expected));
  });
});
