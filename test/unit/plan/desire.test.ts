import { describe, expect, test } from 'vitest';
import { PATHS } from '../../../src/backends/keepalived/layout.ts';
import type { Diagnostic, SourceSpan } from '../../../src/domain/error.ts';
import type { HostIntent, KeepalivedEndpoint } from '../../../src/domain/intent.ts';
import { desire, routerRecord, type Desired } from '../../../src/plan/desire.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { hostName, interfaceName, priority, vrid } from '../../support/branded.ts';
import {
  appliedCluster,
  desiredOf,
  ENDPOINT,
  factsOf,
  fileText,
  freshCluster,
  freshHost,
  hostIntent,
  hostNames,
  intentOf,
  networkOf,
} from '../../support/cluster.ts';
import { RENDERER } from '../../support/templates.ts';

function problems(
  snapshots: readonly HostSnapshot[],
  how: { readonly endpoint?: KeepalivedEndpoint; readonly absent?: readonly HostIntent[] } = {},
): readonly Diagnostic[] {
  const options = { snapshots, absent: how.absent ?? [], renderer: RENDERER };
  const desired = desire(intentOf(snapshots), how.endpoint ?? ENDPOINT, options);
  return desired.ok ? [] : desired.error;
}

function confs(desired: Desired): readonly (readonly [string, string])[] {
  return [...desired.wanted].map(([host, wanted]) => [host, fileText(wanted, PATHS.conf)] as const);
}

const SPAN: SourceSpan = { file: 'inventory.yaml', line: 3, column: 5, length: 9, text: '' };

describe('three new hosts', () => {
  const desired = desiredOf(freshCluster());

  test('are three routers of one virtual router', () => {
    expect(desired.vrid).toEqual({ vrid: 20, origin: 'chosen' });
    const common = { interface: 'eth0', vrid: 20 };
    expect([...desired.routers.values()]).toEqual([
      { ...common, host: 'lb1', source: '10.0.50.11', peers: ['10.0.50.12', '10.0.50.13'], priority: 250 },
      { ...common, host: 'lb2', source: '10.0.50.12', peers: ['10.0.50.11', '10.0.50.13'], priority: 240 },
      { ...common, host: 'lb3', source: '10.0.50.13', peers: ['10.0.50.11', '10.0.50.12'], priority: 230 },
    ]);
  });

  test.each(hostNames(3))('look like the golden files: %s', async (name) => {
    const wanted = desired.wanted.get(hostName(name)) ?? new Map();
    const files = { 'keepalived.conf': PATHS.conf, 'live.sh': PATHS.live, 'ready.sh': PATHS.ready };
    for (const [file, path] of Object.entries(files)) {
      await expect(fileText(wanted, path)).toMatchFileSnapshot(
        `../backends/golden/three-hosts/${name}/${file}`,
      );
    }
  });

  test('have the resources that a router needs, each once and in the order of creation', () => {
    const [first, ...others] = [...desired.wanted.values()].map((wanted) => [...wanted.keys()]);
    expect(first).toHaveLength(10);
    for (const keys of others) expect(keys).toEqual(first);
  });
});

describe('one host', () => {
  test('has no peers, and looks like the golden files', async () => {
    const desired = desiredOf(freshCluster(1));
    const wanted = desired.wanted.get(hostName('lb1')) ?? new Map();
    expect(desired.routers.get(hostName('lb1'))?.peers).toEqual([]);
    await expect(fileText(wanted, PATHS.conf)).toMatchFileSnapshot(
      '../backends/golden/one-host/lb1/keepalived.conf',
    );
    await expect(fileText(wanted, PATHS.live)).toMatchFileSnapshot('../backends/golden/one-host/lb1/live.sh');
  });
});

describe('what is wanted', () => {
  test('is the same in any order of the inventory, once it has been recorded', () => {
    const first = confs(desiredOf(appliedCluster()));
    const again = confs(desiredOf(appliedCluster().toReversed()));
    expect(again.toReversed()).toEqual(first);
  });

  test('is the same whoever has the VIP', () => {
    const applied = appliedCluster().map((snapshot, index) => {
      const network = networkOf(snapshot.intent.name, index === 2 ? { holds: 'eth0' } : {});
      return { ...snapshot, facts: { ...snapshot.facts, network: factsOf(network).network } };
    });
    expect(confs(desiredOf(applied))).toEqual(confs(desiredOf(freshCluster())));
  });

  test('keeps the VRID that is in use, whatever the VIP', () => {
    const kept = appliedCluster().map((snapshot) => withRecordedVrid(snapshot, 99));
    expect(desiredOf(kept).vrid).toEqual({ vrid: 99, origin: 'in-use' });
    expect(desiredOf([...kept.slice(0, 2), freshHost('lb3')]).vrid.vrid).toBe(99);
  });

  test('is what the inventory asks for: VRID, interface and priority', () => {
    const intent = hostIntent('lb1', { interface: interfaceName('eth0'), priority: priority(245) });
    const settings = { ...ENDPOINT.settings, vrid: vrid(7) };
    const desired = desiredOf([freshHost('lb1', { intent }), freshHost('lb2')], { ...ENDPOINT, settings });
    expect(desired.routers.get(hostName('lb1'))).toMatchObject({ vrid: 7, interface: 'eth0', priority: 245 });
    expect(desired.routers.get(hostName('lb2'))).toMatchObject({ vrid: 7, priority: 250 });
  });

  test('has a host that cannot be reached as a peer of the others', () => {
    const [lb1, lb2] = appliedCluster();
    if (lb1 === undefined || lb2 === undefined) throw new Error('no hosts');
    const options = { snapshots: [lb1, lb2], absent: [hostIntent('lb3')], renderer: RENDERER };
    const desired = desire(intentOf(freshCluster()), ENDPOINT, options);
    if (!desired.ok) throw new Error('refused');
    expect(confs(desired.value)).toEqual(confs(desiredOf(freshCluster())).slice(0, 2));
  });

  test('is recorded with what must not drift', () => {
    const router = desiredOf(freshCluster()).routers.get(hostName('lb2'));
    if (router === undefined) throw new Error('no router');
    expect(routerRecord(router, ENDPOINT)).toEqual({
      vrid: 20,
      priority: 240,
      vip: '10.0.50.20',
      port: 6443,
    });
  });
});

describe('what cannot be right', () => {
  test('is said all at once, each where it was written', () => {
    const lb1 = freshHost('lb1', { facts: { ...factsOf(networkOf('lb1')), httpsClients: [] } });
    const lb2 = freshHost('lb2', {
      intent: hostIntent('lb2', { interface: interfaceName('ens3'), span: SPAN }),
    });
    const network = networkOf('lb3', { interfaces: [] });
    const lb3 = freshHost('lb3', { facts: factsOf(network) });
    const endpointSpan = { ...SPAN, line: 9 };
    const found = problems([lb1, lb2, lb3], { endpoint: { ...ENDPOINT, span: endpointSpan } });
    expect(found.map(({ host, message, span }) => [host, message, span?.line])).toEqual([
      ['lb1', 'neither curl nor openssl is installed, so nothing could check the API server', undefined],
      ['lb2', 'there is no interface ens3', 3],
      ['lb3', 'there is no route to the VIP 10.0.50.20', 9],
    ]);
  });

  test('is a 61st host', () => {
    expect(problems(freshCluster(61))).toMatchObject([
      {
        host: 'lb61',
        message: 'no priority is left for this host',
        hints: ['one virtual router serves at most 60 hosts'],
      },
    ]);
    expect(problems(freshCluster(60))).toEqual([]);
  });

  test('is two hosts that ask for one priority', () => {
    const twins = ['lb1', 'lb2'].map((name) =>
      freshHost(name, { intent: hostIntent(name, { priority: priority(200) }) }),
    );
    expect(problems(twins)).toHaveLength(2);
  });

  test('is a missing host whose address nobody knows', () => {
    const lb3 = hostIntent('lb3');
    const byName = { ...lb3, target: { ...lb3.target, address: 'lb3.example.org' } };
    expect(problems(appliedCluster(2), { absent: [byName] })).toEqual([
      {
        severity: 'error',
        host: 'lb3',
        message: 'it cannot be reached, and its address beside the VIP is not known: its peers need it',
        hints: ['bring it up, or give it an ansible_host that is an address in the subnet of 10.0.50.20'],
      },
    ]);
  });

  test('is a new host while another is missing', () => {
    const found = problems([...appliedCluster(1), freshHost('lb2')], { absent: [hostIntent('lb3')] });
    expect(found).toMatchObject([
      {
        host: 'lb2',
        message: 'a new host can only join while all others can be reached',
        hints: ['bring up lb3 first'],
      },
    ]);
  });
});

function withRecordedVrid(snapshot: HostSnapshot, number: number): HostSnapshot {
  const { latest } = snapshot.recorded;
  if (latest === undefined) throw new Error('nothing was recorded');
  const virtualRouter = { ...latest.virtualRouter, vrid: vrid(number) };
  return { ...snapshot, recorded: { ...snapshot.recorded, latest: { ...latest, virtualRouter } } };
}
