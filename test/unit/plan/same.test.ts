import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../src/domain/plan.ts';
import { assemblePlan } from '../../../src/plan/assemble.ts';
import { isSamePlan } from '../../../src/plan/same.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import {
  appliedCluster,
  desiredOf,
  freshCluster,
  VIP,
  withConf,
  withService,
} from '../../support/cluster.ts';

function plan(snapshots: readonly HostSnapshot[]): Plan {
  const desired = desiredOf(freshCluster(snapshots.length));
  const hosts = snapshots.map((snapshot) => ({
    snapshot,
    wanted: desired.wanted.get(snapshot.intent.name) ?? new Map(),
    priority: 250,
  }));
  return assemblePlan({ command: 'apply', headline: 'three hosts', vip: VIP, advertIntervalMs: 500 }, hosts);
}

function edited(text: string): readonly HostSnapshot[] {
  return appliedCluster().map((snapshot, index) => (index === 1 ? withConf(snapshot, () => text) : snapshot));
}

describe('two plans', () => {
  test('are the same when they are made of the same', () => {
    expect(isSamePlan(plan(edited('a')), plan(edited('a')))).toBe(true);
  });

  test.each<readonly [string, Plan, Plan]>([
    ['a file was another before', plan(edited('a')), plan(edited('b'))],
    ['a file has changed meanwhile', plan(appliedCluster()), plan(edited('a'))],
    [
      'a service has stopped meanwhile',
      plan(appliedCluster()),
      plan(appliedCluster().map((snapshot) => withService(snapshot, { enabled: true, running: false }))),
    ],
    ['they are about other hosts', plan(appliedCluster(2)), plan(appliedCluster(3).slice(0, 1))],
  ])('are not when %s', (_, one, other) => {
    expect(isSamePlan(one, other)).toBe(false);
  });
});
