import { describe, expect, test } from 'vitest';
import { refusePartial, type PlanHost } from '../../../src/plan/assemble.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { appliedCluster, desiredOf, freshHost, withConf, withService } from '../../support/cluster.ts';

/** The cluster as it is, with one host changed, and what is asked of all. */
function planHosts(snapshots: readonly HostSnapshot[]): readonly PlanHost[] {
  const desired = desiredOf(snapshots);
  return snapshots.map((snapshot) => ({
    snapshot,
    wanted: desired.wanted.get(snapshot.intent.name) ?? new Map(),
    priority: 250,
  }));
}

function refused(hosts: readonly PlanHost[], ...names: readonly string[]): readonly string[] {
  const isIn = ({ snapshot }: PlanHost): boolean => names.includes(snapshot.intent.name);
  return refusePartial(
    hosts.filter(isIn),
    hosts.filter((host) => !isIn(host)),
  ).map(({ host, message }) => `${host ?? ''}: ${message}`);
}

const ALONE = 'changing this host alone would give the VIP two owners:';

function otherVrid(snapshot: HostSnapshot): HostSnapshot {
  return withConf(snapshot, (text) => text.replace('virtual_router_id 20', 'virtual_router_id 99'));
}

function having(
  names: readonly string[],
  change: (snapshot: HostSnapshot) => HostSnapshot,
): readonly HostSnapshot[] {
  return appliedCluster().map((snapshot) =>
    names.includes(snapshot.intent.name) ? change(snapshot) : snapshot,
  );
}

describe('changing a part of the hosts', () => {
  test('is refused when the others run another virtual router', () => {
    const hosts = planHosts(having(['lb1', 'lb2', 'lb3'], otherVrid));
    expect(refused(hosts, 'lb2')).toEqual([`lb2: ${ALONE} lb1, lb3 would not hear it`]);
    expect(refused(hosts, 'lb1', 'lb2')).toEqual([
      `lb1: ${ALONE} lb3 would not hear it`,
      `lb2: ${ALONE} lb3 would not hear it`,
    ]);
  });

  test('says what to do instead', () => {
    const [lb1, ...others] = planHosts(having(['lb1', 'lb2', 'lb3'], otherVrid));
    if (lb1 === undefined) throw new Error('no host');
    const [diagnostic] = refusePartial([lb1], others);
    expect(diagnostic).toMatchObject({
      severity: 'error',
      hints: ['run it without --limit; the order of activation keeps the VIP answering'],
    });
  });

  test('is refused for a new host whose peers do not know it yet', () => {
    const hosts = planHosts([...appliedCluster(2), freshHost('lb3')]);
    expect(refused(hosts, 'lb3')).toEqual([`lb3: ${ALONE} lb1, lb2 would not hear it`]);
    expect(refused(hosts, 'lb2', 'lb3')).toEqual([`lb3: ${ALONE} lb1 would not hear it`]);
  });

  test('is refused for a stopped host that is as it shall be, while the others are not', () => {
    const hosts = planHosts(
      having(['lb1', 'lb3'], otherVrid).map((snapshot) =>
        snapshot.intent.name === 'lb2' ? withService(snapshot, { enabled: true, running: false }) : snapshot,
      ),
    );
    expect(refused(hosts, 'lb2')).toEqual([`lb2: ${ALONE} lb1, lb3 would not hear it`]);
  });

  test.each<readonly [string, readonly PlanHost[], readonly string[]]>([
    [
      'all hosts, whatever they are to become',
      planHosts(having(['lb1', 'lb2', 'lb3'], otherVrid)),
      ['lb1', 'lb2', 'lb3'],
    ],
    ['a host edited by hand, which joins the others again', planHosts(having(['lb2'], otherVrid)), ['lb2']],
    [
      'a host that keeps its identity',
      planHosts(
        having(['lb2'], (snapshot) =>
          withConf(snapshot, (text) => text.replace('priority 240', 'priority 99')),
        ),
      ),
      ['lb2'],
    ],
    [
      'a stopped host that its peers know',
      planHosts(having(['lb2'], (snapshot) => withService(snapshot, { enabled: true, running: false }))),
      ['lb2'],
    ],
    [
      'a host beside others that do not run',
      planHosts(
        having(['lb1', 'lb3'], (snapshot) =>
          withService(otherVrid(snapshot), { enabled: true, running: false }),
        ),
      ),
      ['lb2'],
    ],
    ['the first of new hosts', planHosts(['lb1', 'lb2'].map((name) => freshHost(name))), ['lb1']],
    [
      'hosts that have nothing to do, whatever was done to the others',
      planHosts(having(['lb2'], otherVrid)),
      ['lb1', 'lb3'],
    ],
  ])('is not refused for %s', (_, hosts, names) => {
    expect(refused(hosts, ...names)).toEqual([]);
  });
});
