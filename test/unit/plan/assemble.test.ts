import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../src/domain/plan.ts';
import { assemblePlan, type PlanHost } from '../../../src/plan/assemble.ts';
import { driftOf } from '../../../src/plan/drift.ts';
import { endpointAfter } from '../../../src/plan/in-force.ts';
import { keyOf } from '../../../src/domain/resource.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import {
  appliedCluster,
  CONF,
  desiredOf,
  ENDPOINT,
  freshCluster,
  freshHost,
  holdingVip,
  observedAfter,
  SERVICE,
  VIP,
  withConf,
  withResource,
  withService,
} from '../../support/cluster.ts';
import { ip } from '../../support/branded.ts';
import { wavesOf } from '../../support/movers.ts';

const FRAME = { command: 'apply' as const, headline: 'three hosts', vip: VIP, advertIntervalMs: 500 };

function planHosts(snapshots: readonly HostSnapshot[]): readonly PlanHost[] {
  const desired = desiredOf(snapshots);
  return snapshots.map((snapshot) => ({
    snapshot,
    wanted: desired.wanted.get(snapshot.intent.name) ?? new Map(),
    priority: desired.routers.get(snapshot.intent.name)?.priority ?? 0,
  }));
}

function plan(snapshots: readonly HostSnapshot[], only?: readonly string[]): Plan {
  const hosts = planHosts(snapshots);
  const isIn = ({ snapshot }: PlanHost): boolean => only === undefined || only.includes(snapshot.intent.name);
  return assemblePlan({ ...FRAME, leftOut: hosts.filter((host) => !isIn(host)) }, hosts.filter(isIn));
}

/** The cluster with one host, `lb2` unless said, seen differently. */
function edited(change: (snapshot: HostSnapshot) => HostSnapshot, name = 'lb2'): readonly HostSnapshot[] {
  return appliedCluster().map((snapshot) => (snapshot.intent.name === name ? change(snapshot) : snapshot));
}

const otherVrid = (snapshot: HostSnapshot): HostSnapshot =>
  withConf(snapshot, (text) => text.replace('virtual_router_id 20', 'virtual_router_id 99'));
const otherPriority = (snapshot: HostSnapshot): HostSnapshot =>
  withConf(snapshot, (text) => text.replace('priority 240', 'priority 100'));
const stopped = (snapshot: HostSnapshot): HostSnapshot =>
  withService(snapshot, { enabled: true, running: false });

function actions(of: Plan, host: string): readonly string[] {
  const found = of.hosts.find((candidate) => candidate.host === host);
  return (found?.changes ?? [])
    .filter(({ action }) => action !== 'none')
    .map(({ key, action }) => `${action} ${key}`);
}

describe('a plan', () => {
  test('for new hosts creates everything, in the order in which it is needed', () => {
    const first = plan(freshCluster());
    expect(actions(first, 'lb1')).toEqual([
      'create user:keepalived_script',
      'create directory:/usr/libexec/keepalived',
      'create file:/usr/libexec/keepalived/konvoy-ha-live',
      'create file:/usr/libexec/keepalived/konvoy-ha-ready',
      'create file:/usr/libexec/keepalived/konvoy-ha-notify',
      'create directory:/etc/systemd/system/keepalived.service.d',
      'create file:/etc/systemd/system/keepalived.service.d/10-konvoy-ha.conf',
      'create package:keepalived',
      'create file:/etc/keepalived/keepalived.conf',
      'update service:keepalived',
    ]);
    expect(first.hosts.map(({ serviceAction }) => serviceAction)).toEqual(['start', 'start', 'start']);
    expect(first).toMatchObject({ command: 'apply', headline: 'three hosts', isEmpty: false });
    expect(wavesOf(first.activation)).toEqual(['lb1 -> owns-vip', 'lb2 lb3 -> joined']);
  });

  test('for hosts that are as they shall be is empty', () => {
    const again = plan(appliedCluster());
    expect(again).toMatchObject({ isEmpty: true, activation: { waves: [], settlesOn: 'lb1' } });
    expect(again.hosts).toMatchObject(
      ['lb1', 'lb2', 'lb3'].map((host) => ({ host, serviceAction: 'none', drifted: false })),
    );
    expect(again.hosts.flatMap(({ host }) => actions(again, host))).toEqual([]);
  });

  test('is empty again after it has been carried out', () => {
    const hosts = planHosts(edited(otherVrid));
    const after = hosts.map((host) => {
      const observed = observedAfter(host.wanted, host.snapshot.observed);
      return { ...host, snapshot: { ...host.snapshot, observed } };
    });
    expect(assemblePlan(FRAME, hosts).isEmpty).toBe(false);
    expect(assemblePlan(FRAME, after).isEmpty).toBe(true);
  });

  test.each<readonly [string, readonly HostSnapshot[], string, readonly string[]]>([
    ['a host with another VRID rejoins', edited(otherVrid), `update ${CONF}`, ['lb2 -> joined']],
    ['a host with another priority reloads', edited(otherPriority), `update ${CONF}`, ['lb2 -> joined']],
    ['a stopped host starts', edited(stopped), `update ${SERVICE}`, ['lb2 -> joined']],
    [
      'a host without its configuration gets it back',
      edited((snapshot) => withResource(snapshot, CONF, { status: 'absent' })),
      `create ${CONF}`,
      ['lb2 -> joined'],
    ],
  ])('%s', (_, snapshots, action, waves) => {
    const mended = plan(snapshots);
    expect(actions(mended, 'lb2')).toEqual([action]);
    expect(actions(mended, 'lb1')).toEqual([]);
    expect(mended.hosts.map(({ drifted }) => drifted)).toEqual([false, true, false]);
    expect(wavesOf(mended.activation)).toEqual(waves);
  });

  test('for a third host reloads the two that run, then starts it', () => {
    const snapshots = [...appliedCluster(2), freshHost('lb3')];
    const grown = plan(snapshots);
    expect(actions(grown, 'lb1')).toEqual([
      'update file:/usr/libexec/keepalived/konvoy-ha-live',
      `update ${CONF}`,
    ]);
    expect(wavesOf(grown.activation)).toEqual(['lb2 -> joined', 'lb1 -> joined', 'lb3 -> joined']);
    expect(grown.activation.settlesOn).toBe('lb1');
  });

  test('for a second host changes the identity of the first, which has had no peer so far', () => {
    const grown = plan([...appliedCluster(1), freshHost('lb2')]);
    expect(wavesOf(grown.activation)).toEqual(['lb1 -> owns-vip', 'lb2 -> joined']);
    expect(grown.activation.prediction).toMatch(/^nobody can take over meanwhile/);
  });

  test('for a new VRID lets one backup take over first', () => {
    const hosts = planHosts(appliedCluster()).map((host) => ({
      ...host,
      snapshot: otherVrid(host.snapshot),
    }));
    expect(wavesOf(assemblePlan(FRAME, hosts).activation)).toEqual([
      'lb2 -> joined',
      'lb3 -> lb2 owns-vip',
      'lb1 -> joined',
    ]);
  });

  test('in a split brain reloads the one that keeps the VIP after the other has given it up', () => {
    const mended = plan(edited((snapshot) => otherVrid(holdingVip(snapshot))));
    expect(mended.hosts.map(({ serviceAction }) => serviceAction)).toEqual(['reload', 'reload', 'none']);
    expect(wavesOf(mended.activation)).toEqual(['lb2 -> joined', 'lb1 -> joined']);
  });
});

describe('a plan for a part of the hosts', () => {
  test.each<readonly [string, (snapshot: HostSnapshot) => HostSnapshot]>([
    ['with another VRID rejoins the others', otherVrid],
    ['that was stopped joins the others', stopped],
  ])('knows that the rest runs: a host %s, and does not wait for the VIP', (_, change) => {
    const limited = plan(edited(change), ['lb2']);
    expect(limited.hosts.map(({ host }) => host)).toEqual(['lb2']);
    expect(wavesOf(limited.activation)).toEqual(['lb2 -> joined']);
    expect(limited.activation).toMatchObject({
      settlesOn: 'lb1',
      prediction: 'the VIP stays where it is; no request is lost',
    });
  });
});

describe('drift', () => {
  const [lb1] = appliedCluster();
  if (lb1 === undefined) throw new Error('no host');

  test.each<readonly [string, HostSnapshot, readonly string[]]>([
    ['is nothing where nothing changed', lb1, []],
    ['is a file that was edited', otherVrid(lb1), [CONF]],
    ['is a file that is gone', withResource(lb1, CONF, { status: 'absent' }), [CONF]],
    [
      'is a file that became a link',
      withResource(lb1, CONF, { status: 'obstacle', what: 'symbolic link' }),
      [CONF],
    ],
    [
      'is a service that does not start at boot',
      withService(lb1, { enabled: false, running: true }),
      [SERVICE],
    ],
  ])('%s', (_, { recorded, observed }, expected) => {
    expect(driftOf(recorded.latest, observed)).toEqual(expected);
  });

  test('is nothing on a host that we never changed', () => {
    expect(driftOf(undefined, freshHost('lb1').observed)).toEqual([]);
  });

  test('is no newer version of the package', () => {
    const updated = withResource(lb1, keyOf('package', 'keepalived'), {
      status: 'present',
      resource: { kind: 'package', name: 'keepalived', version: '1:2.2.7-2' },
    });
    expect(updated.observed).not.toEqual(lb1.observed);
    expect(driftOf(lb1.recorded.latest, updated.observed)).toEqual([]);
  });
});

describe('another VIP', () => {
  test('is taken by a backup while whoever has the VIP of now still serves', () => {
    const before = appliedCluster();
    const endpoint = { ...ENDPOINT, vip: ip('10.0.50.99') };
    const desired = desiredOf(before, endpoint);
    const hosts = before.map((snapshot): PlanHost => ({
      snapshot,
      wanted: desired.wanted.get(snapshot.intent.name) ?? new Map(),
      priority: desired.routers.get(snapshot.intent.name)?.priority ?? 0,
    }));
    const moved = assemblePlan({ ...FRAME, vip: endpoint.vip }, hosts);
    expect(moved.activation.waves).toEqual([
      { hosts: ['lb2'], gate: 'joined' },
      { hosts: ['lb3'], gate: 'owns-vip', owner: 'lb2' },
      { hosts: ['lb1'], gate: 'joined' },
    ]);
    expect(endpointAfter(ENDPOINT, moved, 8443)).toMatchObject({ vip: '10.0.50.99', port: 8443 });
  });
});

describe('the endpoint after a plan', () => {
  test('is that of what the hosts go back to, whatever is asked for', () => {
    const wish = { ...ENDPOINT, vip: ip('10.0.50.99') };
    expect(endpointAfter(wish, plan(freshCluster()), undefined)).toMatchObject({ vip: VIP, port: 6443 });
  });

  test('has the additional VIPs of then', () => {
    const additionalVips = [ip('10.0.50.21'), ip('fd00::21')];
    const wish = { ...ENDPOINT, settings: { ...ENDPOINT.settings, additionalVips } };
    const after = endpointAfter(wish, plan(freshCluster()), undefined);
    expect(after.settings.additionalVips).toEqual([]);
    expect(after.settings.mode).toBe(wish.settings.mode);
  });

  test('is what is asked for where nothing of ours remains', () => {
    const nothing = { ...plan(freshCluster()), hosts: [] };
    expect(endpointAfter(ENDPOINT, nothing, undefined)).toEqual(ENDPOINT);
  });
});
