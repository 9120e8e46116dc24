import { describe, expect, test } from 'vitest';
import type { KeepalivedEndpoint } from '../../../src/domain/intent.ts';
import type { HostPlan, Plan } from '../../../src/domain/plan.ts';
import { keyOf } from '../../../src/domain/resource.ts';
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
import { BALANCED } from '../../support/balanced.ts';
import { ip } from '../../support/branded.ts';
import { desiredOf, ENDPOINT, VIP, withResource } from '../../support/cluster.ts';
import { beforeIpvs, BY_IPVS, ipvsCluster, ipvsWith } from '../../support/ipvs.ts';
import { wavesOf } from '../../support/movers.ts';

const FRAME: PlanFrame = { command: 'apply', headline: 'by ipvs', vip: VIP, advertIntervalMs: 500 };

function plan(snapshots: readonly HostSnapshot[], endpoint: KeepalivedEndpoint = BY_IPVS): Plan {
  const desired = desiredOf(snapshots, endpoint);
  const hosts = snapshots.map((snapshot) => ({
    snapshot,
    wanted: mergeWanted(desired.wanted.get(snapshot.intent.name), snapshot),
    priority: desired.routers.get(snapshot.intent.name)?.priority ?? 0,
  }));
  return assemblePlan(FRAME, hosts);
}

function lb1(of: Plan): HostPlan | undefined {
  return of.hosts.find(({ host }) => host === 'lb1');
}

function changesOf(of: Plan): readonly string[] {
  return (lb1(of)?.changes ?? [])
    .filter(({ action }) => action !== 'none')
    .map(({ key, action }) => `${action} ${key}`);
}

/** Waves as text, after the service that they are about. */
function order({ activation }: Plan): readonly string[] {
  const words = wavesOf(activation);
  return activation.waves.map(({ role }, at) => `${role ?? 'router'}: ${words[at] ?? ''}`);
}

describe('from none to ipvs', () => {
  const coming = plan(beforeIpvs());

  test('modules come before the settings that they bring, and the check scripts ask the VIP', () => {
    expect(changesOf(coming)).toEqual([
      'update file:/usr/libexec/keepalived/konvoy-ha-live',
      'update file:/usr/libexec/keepalived/konvoy-ha-ready',
      'update file:/etc/keepalived/keepalived.conf',
      'create directory:/etc/konvoy-ha',
      'create package:nftables',
      'create file:/usr/libexec/keepalived/konvoy-ha-server',
      'create file:/etc/modules-load.d/konvoy-ha.conf',
      'create file:/etc/sysctl.d/90-konvoy-ha.conf',
      'create module:ip_vs',
      'create module:ip_vs_lc',
      'create sysctl:net.ipv4.ip_forward',
      'create sysctl:net.ipv4.vs.conntrack',
      'create sysctl:net.ipv4.vs.expire_nodest_conn',
      'create file:/etc/systemd/system/konvoy-ha-ipvs.service',
      'create file:/etc/konvoy-ha/masquerade.nft',
      'update service:konvoy-ha-ipvs',
    ]);
  });

  test('the masquerade is there before keepalived tells IPVS of anything, and backups come first', () => {
    expect(order(coming)).toEqual([
      'masquerade: lb2 -> none',
      'masquerade: lb1 lb3 -> none',
      'router: lb2 -> joined',
      'router: lb1 lb3 -> joined',
    ]);
    expect(lb1(coming)).toMatchObject({ serviceAction: 'reload', masqueradeAction: 'start' });
    expect(coming.activation).toMatchObject({
      because:
        'the masquerade of ipvs comes first, on one backup before the others; the virtual router keeps its identity: one host reloads and is checked, then the rest at once',
      prediction: 'the VIP stays where it is; no request is lost',
    });
  });
});

describe('with ipvs', () => {
  test('an apply after the apply has nothing to do, and nothing has drifted', () => {
    expect(plan(ipvsCluster()).isEmpty).toBe(true);
    for (const { recorded, observed } of ipvsCluster())
      expect(driftOf(recorded.latest, observed)).toEqual([]);
  });

  test('another VIP is masqueraded and balanced as well', () => {
    const more = plan(ipvsCluster(), ipvsWith({ additionalVips: [ip('10.0.50.21')] }));
    expect(lb1(more)).toMatchObject({ serviceAction: 'reload', masqueradeAction: 'reload' });
  });

  test('a setting that somebody turned off is turned on again, and is told as drift', () => {
    const key = keyOf('sysctl', 'net.ipv4.vs.conntrack');
    const [first, ...others] = ipvsCluster();
    if (first === undefined) throw new Error('no host');
    const off = withResource(first, key, { status: 'absent' });
    expect(driftOf(off.recorded.latest, off.observed)).toEqual([key]);
    const mending = plan([off, ...others]);
    expect(changesOf(mending)).toEqual([`create ${key}`]);
    expect(order(mending)).toEqual([]);
  });
});

describe('from ipvs to none', () => {
  const going = plan(ipvsCluster(), ENDPOINT);

  test('keepalived lets go first, the masquerade last; modules, settings and packages stay', () => {
    expect(order(going)).toEqual([
      'router: lb2 -> joined',
      'router: lb1 lb3 -> joined',
      'masquerade: lb2 lb3 -> none',
      'masquerade: lb1 -> none',
    ]);
    expect(going.activation.prediction).toBe(
      'the VIP stays where it is; connections that ipvs leads to other hosts end',
    );
    expect(changesOf(going)).toEqual([
      'update file:/usr/libexec/keepalived/konvoy-ha-live',
      'update file:/usr/libexec/keepalived/konvoy-ha-ready',
      'update file:/etc/keepalived/keepalived.conf',
      'update service:konvoy-ha-ipvs',
      'remove file:/etc/konvoy-ha/masquerade.nft',
      'remove file:/etc/systemd/system/konvoy-ha-ipvs.service',
      'remove file:/etc/sysctl.d/90-konvoy-ha.conf',
      'remove file:/etc/modules-load.d/konvoy-ha.conf',
      'remove file:/usr/libexec/keepalived/konvoy-ha-server',
      'remove directory:/etc/konvoy-ha',
    ]);
  });

  test('what a failed apply is undone to, and what a destroy leaves, keeps them as well', () => {
    const [before] = beforeIpvs();
    const [after] = ipvsCluster();
    if (before === undefined || after?.recorded.latest === undefined) throw new Error('no host');
    const kinds = ['module:', 'sysctl:'];
    for (const wanted of [wantedAsObserved(before.observed), wantedBeforeUs(after.recorded.latest, true)])
      expect([...wanted.keys()].filter((key) => kinds.some((kind) => key.startsWith(kind)))).toEqual([]);
  });
});

describe('between haproxy and ipvs', () => {
  test('haproxy goes when the kernel balances', () => {
    expect(order(plan(beforeIpvs('haproxy')))).toEqual([
      'masquerade: lb2 -> none',
      'masquerade: lb1 lb3 -> none',
      'router: lb2 -> joined',
      'router: lb1 lb3 -> joined',
      'balancer: lb2 lb3 -> none',
      'balancer: lb1 -> none',
    ]);
  });

  test('haproxy is there before the kernel stops', () => {
    const back = plan(ipvsCluster(), BALANCED);
    expect(order(back)).toEqual([
      'balancer: lb2 -> balances',
      'balancer: lb1 lb3 -> balances',
      'router: lb2 -> joined',
      'router: lb1 lb3 -> joined',
      'masquerade: lb2 lb3 -> none',
      'masquerade: lb1 -> none',
    ]);
    // Both keep their files there.
    expect(changesOf(back)).not.toContain('remove directory:/etc/konvoy-ha');
  });
});

test('the endpoint that is proven after a rollback is the one of then, with its balancer', () => {
  expect(endpointAfter(ENDPOINT, plan(beforeIpvs()), 6443).settings.loadBalancer).toBe('ipvs');
  expect(endpointAfter(BY_IPVS, plan(ipvsCluster(), ENDPOINT), 6443).settings.loadBalancer).toBe('none');
});

test('the VIP comes back to a host whose own API server is dead, since it leads to those of the others', () => {
  const cluster = beforeIpvs().map((snapshot) =>
    snapshot.intent.name === 'lb1'
      ? { ...snapshot, facts: { ...snapshot.facts, api: 'refuses' as const } }
      : snapshot,
  );
  expect(plan(cluster).activation.settlesOn).toBe('lb1');
  expect(plan(cluster, ENDPOINT).activation.settlesOn).toBe('lb2');
});
