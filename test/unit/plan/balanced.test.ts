import { describe, expect, test } from 'vitest';
import { ALL_KEYS } from '../../../src/backends/backends.ts';
import { PATHS } from '../../../src/backends/haproxy/layout.ts';
import type { HostPlan, Plan } from '../../../src/domain/plan.ts';
import { keyOf } from '../../../src/domain/resource.ts';
import { parseSerial } from '../../../src/domain/serial.ts';
import {
  assemblePlan,
  wantedAsObserved,
  wantedBeforeUs,
  type PlanFrame,
} from '../../../src/plan/assemble.ts';
import { driftOf } from '../../../src/plan/drift.ts';
import { endpointAfter } from '../../../src/plan/in-force.ts';
import { mergeWanted } from '../../../src/plan/pending.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import {
  BALANCED,
  BALANCER,
  balancedCluster,
  balancedWith,
  unbalancedCluster,
} from '../../support/balanced.ts';
import { desiredOf, ENDPOINT, freshHost, textOf, VIP, withResource } from '../../support/cluster.ts';
import { wavesOf } from '../../support/movers.ts';

const FRAME: PlanFrame = { command: 'apply', headline: 'balanced', vip: VIP, advertIntervalMs: 500 };

function plan(snapshots: readonly HostSnapshot[], endpoint = BALANCED, frame: Partial<PlanFrame> = {}): Plan {
  const desired = desiredOf(snapshots, endpoint);
  const hosts = snapshots.map((snapshot) => ({
    snapshot,
    wanted: mergeWanted(desired.wanted.get(snapshot.intent.name), snapshot),
    priority: desired.routers.get(snapshot.intent.name)?.priority ?? 0,
  }));
  return assemblePlan({ ...FRAME, ...frame }, hosts);
}

function changesOf(of: Plan, host = 'lb1'): readonly string[] {
  return (planOf(of, host)?.changes ?? [])
    .filter(({ action }) => action !== 'none')
    .map(({ key, action }) => `${action} ${key}`);
}

function planOf(of: Plan, host = 'lb1'): HostPlan | undefined {
  return of.hosts.find((candidate) => candidate.host === host);
}

/** Waves as text, those of the balancer in brackets. */
function order({ activation }: Plan): readonly string[] {
  const words = wavesOf(activation);
  return activation.waves.map(({ role }, at) => (role === 'balancer' ? `[${words[at]}]` : (words[at] ?? '')));
}

/** Hosts where nothing but the API server differs. */
function withApi(snapshots: readonly HostSnapshot[], host: string): readonly HostSnapshot[] {
  return snapshots.map((snapshot) =>
    snapshot.intent.name === host
      ? { ...snapshot, facts: { ...snapshot.facts, api: 'refuses' as const } }
      : snapshot,
  );
}

describe('from none to haproxy', () => {
  const coming = plan(unbalancedCluster());

  test('everything of it is created, and the check scripts ask it', () => {
    expect(changesOf(coming)).toEqual([
      'update file:/usr/libexec/keepalived/konvoy-ha-live',
      'update file:/usr/libexec/keepalived/konvoy-ha-ready',
      'create directory:/etc/konvoy-ha',
      'create file:/etc/systemd/system/konvoy-ha-haproxy.service',
      'create package:haproxy',
      'create package:nftables',
      'create file:/etc/konvoy-ha/haproxy.cfg',
      'create file:/etc/konvoy-ha/redirect.nft',
      'update service:konvoy-ha-haproxy',
    ]);
    expect(planOf(coming)).toMatchObject({ serviceAction: 'none', balancerAction: 'start' });
  });

  test('one backup comes first and has to reach an API server, the active comes with the rest', () => {
    expect(order(coming)).toEqual(['[lb2 -> balances]', '[lb1 lb3 -> balances]']);
    expect(coming.activation).toMatchObject({
      because: 'haproxy comes first, on one backup before the others',
      prediction: 'the VIP stays where it is',
      settlesOn: 'lb1',
    });
  });

  test('nothing is waited for where no API server answers', () => {
    const dead = ['lb1', 'lb2', 'lb3'].reduce(withApi, unbalancedCluster());
    expect(order(plan(dead))).toEqual(['[lb2 -> none]', '[lb1 lb3 -> none]']);
  });

  test('--serial holds for it as well', () => {
    const serial = parseSerial('1');
    if (!serial.ok) throw new Error(serial.error);
    const one = plan(unbalancedCluster(), BALANCED, { serial: serial.value });
    expect(order(one)).toEqual(['[lb2 -> balances]', '[lb1 -> balances]', '[lb3 -> balances]']);
  });

  test('the VIP comes back to a host that has no API server of its own, since it leads to those of the others', () => {
    const cluster = withApi(unbalancedCluster(), 'lb1');
    expect(plan(cluster).activation.settlesOn).toBe('lb1');
    expect(plan(cluster, ENDPOINT).activation.settlesOn).toBe('lb2');
  });

  test('a package that was there stays what it was', () => {
    const key = keyOf('package', 'haproxy');
    const there = unbalancedCluster().map((snapshot) =>
      withResource(snapshot, key, {
        status: 'present',
        resource: { kind: 'package', name: 'haproxy', version: '2.6.12-1' },
      }),
    );
    expect(changesOf(plan(there))).not.toContain('create package:haproxy');
  });

  test('on new hosts haproxy is there before the VIP is', () => {
    const fresh = ['lb1', 'lb2', 'lb3'].map((name) => freshHost(name));
    expect(order(plan(fresh))).toEqual([
      '[lb1 -> balances]',
      '[lb2 lb3 -> balances]',
      'lb1 -> owns-vip',
      'lb2 lb3 -> joined',
    ]);
  });
});

describe('with haproxy', () => {
  test('an apply after the apply has nothing to do, and nothing has drifted', () => {
    expect(plan(balancedCluster()).isEmpty).toBe(true);
    for (const { recorded, observed } of balancedCluster())
      expect(driftOf(recorded.latest, observed)).toEqual([]);
  });

  test('another check reloads haproxy, and keepalived too, which reads the same setting', () => {
    const healthCheck = { ...BALANCED.settings.healthCheck, fall: 5 };
    const changed = plan(balancedCluster(), balancedWith({ healthCheck }));
    expect(planOf(changed)).toMatchObject({ serviceAction: 'reload', balancerAction: 'reload' });
    expect(order(changed)).toEqual([
      '[lb2 -> balances]',
      '[lb1 lb3 -> balances]',
      'lb2 -> joined',
      'lb1 lb3 -> joined',
    ]);
  });

  test('another priority is nothing to haproxy', () => {
    const [lb1, ...others] = balancedCluster();
    if (lb1 === undefined) throw new Error('no host');
    const priority = 249 as NonNullable<typeof lb1.intent.priority>;
    const changed = plan([{ ...lb1, intent: { ...lb1.intent, priority } }, ...others]);
    expect(planOf(changed)).toMatchObject({ serviceAction: 'reload' });
    expect(planOf(changed)?.balancerAction).toBeUndefined();
  });

  test('a configuration that was edited by hand is put back, on that host alone', () => {
    const [lb1, ...others] = balancedCluster();
    const key = keyOf('file', PATHS.conf);
    const seen = lb1?.observed.get(key);
    if (lb1 === undefined || seen?.status !== 'present' || seen.resource.kind !== 'file')
      throw new Error('none');
    const content = new TextEncoder().encode(textOf(seen.resource).replace('leastconn', 'roundrobin'));
    const edited = withResource(lb1, key, { status: 'present', resource: { ...seen.resource, content } });
    const mending = plan([edited, ...others]);
    expect(changesOf(mending)).toEqual(['update file:/etc/konvoy-ha/haproxy.cfg']);
    expect(order(mending)).toEqual(['[lb1 -> balances]']);
  });

  test('one that has stopped is started', () => {
    const [lb1, ...others] = balancedCluster();
    if (lb1 === undefined) throw new Error('no host');
    const resource = { kind: 'service', name: 'konvoy-ha-haproxy', role: 'balancer' } as const;
    const stopped = withResource(lb1, BALANCER, {
      status: 'present',
      resource: { ...resource, enabled: true, running: false },
    });
    const mending = plan([stopped, ...others]);
    expect(planOf(mending)).toMatchObject({ serviceAction: 'none', balancerAction: 'start' });
    expect(order(mending)).toEqual(['[lb1 -> balances]']);
  });
});

describe('from haproxy to none', () => {
  const going = plan(balancedCluster(), ENDPOINT);

  test('it stops last, on the active after the backups; its files go, and its packages stay', () => {
    expect(order(going)).toEqual(['[lb2 lb3 -> none]', '[lb1 -> none]']);
    expect(planOf(going)).toMatchObject({ serviceAction: 'none', balancerAction: 'stop' });
    expect(changesOf(going)).toEqual([
      'update file:/usr/libexec/keepalived/konvoy-ha-live',
      'update file:/usr/libexec/keepalived/konvoy-ha-ready',
      'update service:konvoy-ha-haproxy',
      'remove file:/etc/konvoy-ha/redirect.nft',
      'remove file:/etc/konvoy-ha/haproxy.cfg',
      'remove file:/etc/systemd/system/konvoy-ha-haproxy.service',
      'remove directory:/etc/konvoy-ha',
    ]);
  });
});

describe('going back', () => {
  const [lb1] = balancedCluster();
  if (lb1?.recorded.latest === undefined) throw new Error('no generation');

  test('to before us stops both services, and leaves the packages that we installed', () => {
    const { latest } = lb1.recorded;
    if (latest === undefined) throw new Error('no generation');
    const wanted = wantedBeforeUs(latest, false);
    expect([...wanted.keys()].filter((key) => key.startsWith('package:'))).toEqual([]);
    expect(wantedBeforeUs(latest, true).has(keyOf('package', 'haproxy'))).toBe(true);
    const plan = assemblePlan(FRAME, [{ snapshot: lb1, wanted, priority: 250 }]);
    expect(planOf(plan)).toMatchObject({ serviceAction: 'stop', balancerAction: 'stop' });
    expect(order(plan)).toEqual(['lb1 -> none', '[lb1 -> none]']);
  });

  test('to how a host was seen before an apply that has failed takes haproxy away, and not its package', () => {
    const [before] = unbalancedCluster();
    if (before === undefined) throw new Error('no host');
    const undoing = assemblePlan(FRAME, [
      { snapshot: lb1, wanted: wantedAsObserved(before.observed), priority: 250 },
    ]);
    expect(planOf(undoing)).toMatchObject({ balancerAction: 'stop' });
    expect(changesOf(undoing)).toContain('remove file:/etc/konvoy-ha/redirect.nft');
    expect(changesOf(undoing).filter((line) => line.includes('package'))).toEqual([]);
  });

  test('the endpoint that is proven then is the one of then, with its balancer', () => {
    const other = balancedWith({ loadBalancerPort: 9445 });
    const coming = plan(unbalancedCluster(), other);
    const { settings } = endpointAfter(ENDPOINT, coming, 6443);
    expect(settings).toMatchObject({ loadBalancer: 'haproxy', loadBalancerPort: 9445 });
    const going = plan(balancedCluster(), ENDPOINT);
    expect(endpointAfter(BALANCED, going, 6443).settings.loadBalancer).toBe('none');
  });
});

test('every key is created after those that it needs', () => {
  const at = (key: string): number => ALL_KEYS.findIndex((candidate) => candidate === key);
  expect(at(BALANCER)).toBe(ALL_KEYS.length - 4);
  expect(at(BALANCER)).toBeGreaterThan(at(`file:${PATHS.conf}`));
  expect(at('opening:netfilter')).toBe(ALL_KEYS.length - 1);
  expect(at(`directory:${PATHS.directory}`)).toBeLessThan(at(`file:${PATHS.conf}`));
});
