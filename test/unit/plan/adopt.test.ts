import { describe, expect, test } from 'vitest';
import { configurationTest } from '../../../src/backends/backends.ts';
import { PATHS } from '../../../src/backends/keepalived/layout.ts';
import type { Diagnostic } from '../../../src/domain/error.ts';
import { keyOf } from '../../../src/domain/resource.ts';
import { assemblePlan, wantedBeforeUs } from '../../../src/plan/assemble.ts';
import { desire, type Desired } from '../../../src/plan/desire.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { hostName, interfaceName, ip } from '../../support/branded.ts';
import {
  CONF,
  ENDPOINT,
  factsOf,
  fileText,
  freshHost,
  generationOf,
  intentOf,
  networkOf,
  observedAfter,
  VIP,
  withResource,
  withService,
} from '../../support/cluster.ts';
import { bytes } from '../../support/command-results.ts';
import { RENDERER } from '../../support/templates.ts';

interface Foreign {
  readonly vrid?: number;
  readonly priority?: number;
  readonly interface?: string;
  readonly rest?: string;
}

function conf({ vrid = 51, priority = 100, interface: device = 'eth0', rest = '' }: Foreign): string {
  return `! Configuration File for keepalived
vrrp_instance VI_1 {
    state BACKUP
    interface ${device}
    virtual_router_id ${vrid}
    priority ${priority}
    virtual_ipaddress {
        10.0.50.20/24
    }
}
${rest}`;
}

/** A host whose keepalived somebody else has configured, and which runs. */
function host(name: string, text: string): HostSnapshot {
  const file = { kind: 'file' as const, path: PATHS.conf, content: bytes(text), mode: 0o644 };
  const seen = withResource(freshHost(name), CONF, {
    status: 'present',
    resource: { ...file, owner: 'root', group: 'root', effect: 'reload' },
  });
  return withService(seen, { enabled: true, running: true });
}

function cluster(...foreign: readonly Foreign[]): readonly HostSnapshot[] {
  return foreign.map((one, index) => host(`lb${index + 1}`, conf(one)));
}

function problems(snapshots: readonly HostSnapshot[], adopt: boolean): readonly Diagnostic[] {
  const desired = desire(intentOf(snapshots), ENDPOINT, { snapshots, absent: [], renderer: RENDERER, adopt });
  return desired.ok ? [] : desired.error;
}

function adopted(snapshots: readonly HostSnapshot[]): Desired {
  const desired = desire(intentOf(snapshots), ENDPOINT, {
    ...{ snapshots, absent: [], renderer: RENDERER, adopt: true },
  });
  if (!desired.ok) throw new Error(desired.error.map(({ message }) => message).join('; '));
  return desired.value;
}

const MOVE_AWAY =
  'if it is not needed, move it away: mv /etc/keepalived/keepalived.conf /etc/keepalived/keepalived.conf.bak; systemctl stop keepalived';

describe('the keepalived of somebody else', () => {
  test('is refused without --adopt, and what it does is said', () => {
    expect(problems(cluster({ priority: 150 }), false)).toEqual([
      {
        severity: 'error',
        host: 'lb1',
        message:
          '/etc/keepalived/keepalived.conf is there and not ours: somebody else runs keepalived here (vrrp_instance VI_1: VRID 51, priority 150, 10.0.50.20 on eth0)',
        hints: ['take it over, with the VIP staying up: konvoy-ha apply --adopt', MOVE_AWAY],
      },
    ]);
  });

  test.each<readonly [string, string, string]>([
    [
      'has another VIP',
      conf({}).replace('10.0.50.20', '10.0.50.99'),
      'no vrrp_instance in it has 10.0.50.20',
    ],
    ['is empty', '', 'no vrrp_instance in it has 10.0.50.20'],
    [
      'has read of us',
      `${'# theirs\n'.repeat(30)}# not managed by konvoy-ha\n`,
      'no vrrp_instance in it has 10.0.50.20',
    ],
    ['cannot be read', 'vrrp_instance VI_1 {\n', 'line 1: the { of vrrp_instance is never closed'],
  ])('is refused with --adopt, too, when it %s', (_, text, why) => {
    expect(problems([host('lb1', text)], true)).toMatchObject([
      { host: 'lb1', message: expect.stringContaining(`(${why})`) as string, hints: [MOVE_AWAY] },
    ]);
  });

  test('is refused when the hosts are not one virtual router', () => {
    expect(problems(cluster({ vrid: 51, priority: 150 }, { vrid: 52, priority: 140 }), true)).toMatchObject([
      { message: 'the hosts are not one virtual router: of VRIDs, lb1 has 51, lb2 has 52' },
    ]);
  });

  test('is refused when the VIP would come to another interface', () => {
    expect(problems(cluster({ interface: 'bond0' }), true)).toMatchObject([
      {
        host: 'lb1',
        message: 'keepalived has the VIP on bond0 here, and its route leads to eth0',
        hints: ['keep it where it is: keepalived_interface: bond0'],
      },
    ]);
  });
});

describe('what is taken over', () => {
  test('is the VRID, and the priorities where they are good for us', () => {
    const { vrid, routers } = adopted(cluster({ priority: 110 }, { priority: 150 }, { priority: 130 }));
    expect(vrid).toEqual({ vrid: 51, origin: 'in-use' });
    expect([...routers.values()].map(({ host: name, priority, vrid: own }) => [name, priority, own])).toEqual(
      [
        ['lb1', 110, 51],
        ['lb2', 150, 51],
        ['lb3', 130, 51],
      ],
    );
  });

  test.each([
    ['all have one, as Konvoy gave them', [100, 100, 100], [250, 240, 230]],
    ['they are too far apart', [50, 150, 100], [230, 250, 240]],
    ['they are too low to fall', [30, 20, 10], [250, 240, 230]],
  ])('is only the order of the priorities when %s', (_, before, after) => {
    const { routers } = adopted(cluster(...before.map((priority) => ({ priority }))));
    expect([...routers.values()].map(({ priority }) => priority)).toEqual(after);
  });

  test('may have the VIP with the prefix of its subnet, as a host has its own address', () => {
    const interfaces = [
      { name: 'eth0', mac: '52:54:00:aa:00:01', addresses: ['10.0.50.11/24', '10.0.50.20/24'] },
    ];
    const [lb1 = freshHost('lb1')] = cluster({});
    const holder = { ...lb1, facts: factsOf(networkOf('lb1', { interfaces })) };
    expect(problems([holder], true)).toEqual([]);
    expect(problems([holder], false).map(({ message }) => message)).toContain(
      "the VIP 10.0.50.20 is this host's own address",
    );
  });

  test('leaves what stands beside it in a file of its own, which ours includes', () => {
    const [lb1 = freshHost('lb1')] = cluster({ rest: 'virtual_server 10.0.50.9 80 {\n}\n' });
    const wanted = adopted([lb1]).wanted.get(hostName('lb1')) ?? new Map();
    expect(fileText(wanted, PATHS.kept)).toMatch(
      /^# Sections of .*\nvirtual_server 10\.0\.50\.9 80 \{\n\}\n$/,
    );
    expect(fileText(wanted, PATHS.conf)).toMatch(
      /\n\}\n\ninclude \/etc\/keepalived\/konvoy-ha-kept\.conf\n$/,
    );
  });

  test('keeps that file in later runs, and as somebody has changed it since', () => {
    const [lb1 = freshHost('lb1')] = cluster({ rest: 'virtual_server 10.0.50.9 80 {\n}\n' });
    const desired = adopted([lb1]);
    const latest = generationOf(lb1, { desired, number: 1 });
    const after = {
      ...lb1,
      observed: observedAfter(desired.wanted.get(hostName('lb1')) ?? new Map(), lb1.observed),
      recorded: { latest, heads: [], damaged: [], foreignClusters: [] },
    };
    const kept = fileText(desired.wanted.get(hostName('lb1')) ?? new Map(), PATHS.kept);
    const again = adopted([after]).wanted.get(hostName('lb1')) ?? new Map();
    expect([fileText(again, PATHS.kept), fileText(again, PATHS.conf)]).toEqual([
      kept,
      fileText(desired.wanted.get(hostName('lb1')) ?? new Map(), PATHS.conf),
    ]);
    const file = after.observed.get(keyOf('file', PATHS.kept));
    if (file?.status !== 'present' || file.resource.kind !== 'file') throw new Error('it is not there');
    const edited = withResource(after, keyOf('file', PATHS.kept), {
      status: 'present',
      resource: { ...file.resource, content: bytes('# mine\n') },
    });
    expect(fileText(adopted([edited]).wanted.get(hostName('lb1')) ?? new Map(), PATHS.kept)).toBe('# mine\n');
    const back = wantedBeforeUs(latest, false);
    expect(fileText(back, PATHS.conf)).toContain('virtual_router_id 51');
    expect([back.has(keyOf('file', PATHS.kept)), back.get(keyOf('file', PATHS.kept))]).toEqual([
      true,
      undefined,
    ]);
  });
});

describe('the order of a takeover', () => {
  test('lets one host have the VIP as ours before whoever has it as theirs gives it up', () => {
    const [lb1 = freshHost('lb1'), ...rest] = cluster(
      { priority: 150 },
      { priority: 140 },
      { priority: 130 },
    );
    const holder = { ...lb1, facts: factsOf(networkOf('lb1', { holds: 'eth0' })) };
    const snapshots = [holder, ...rest];
    const { wanted } = adopted(snapshots);
    const frame = { command: 'apply', headline: '', vip: VIP, advertIntervalMs: 500 } as const;
    const plan = assemblePlan(
      frame,
      snapshots.map((snapshot) => ({
        ...{ snapshot, wanted: wanted.get(snapshot.intent.name) ?? new Map(), priority: 0 },
      })),
    );
    expect(plan.activation.waves.map(({ hosts, gate, owner }) => [...hosts, gate, owner])).toEqual([
      ['lb2', 'joined', undefined],
      ['lb3', 'owns-vip', 'lb2'],
      ['lb1', 'joined', undefined],
    ]);
  });

  test('is that of any reload where theirs is the same virtual router already', () => {
    const [first = freshHost('lb1')] = cluster({ priority: 150 });
    const ours = fileText(adopted([first]).wanted.get(hostName('lb1')) ?? new Map(), PATHS.conf);
    const theirs = host('lb1', ours.replace(/^# managed.*\n/, ''));
    const { wanted } = adopted([theirs]);
    const plan = assemblePlan({ command: 'apply', headline: '', vip: VIP, advertIntervalMs: 500 }, [
      { snapshot: theirs, wanted: wanted.get(hostName('lb1')) ?? new Map(), priority: 0 },
    ]);
    expect(plan.activation.because).toContain('keeps its identity');
  });
});

test('what somebody else wrote is not ours to judge when it comes back', () => {
  const [lb1 = freshHost('lb1')] = cluster({});
  const theirs = lb1.observed.get(CONF);
  const ours = adopted([lb1]).wanted.get(hostName('lb1'))?.get(CONF);
  if (theirs?.status !== 'present' || theirs.resource.kind !== 'file' || ours?.kind !== 'file')
    throw new Error('there is no keepalived.conf');
  expect(configurationTest(theirs.resource, '/x')).toBeUndefined();
  expect(configurationTest(ours, '/x')?.program).toBe('keepalived');
});

describe('a static pod that moves the VIP', () => {
  const withPod = (...addresses: readonly string[]): HostSnapshot => {
    const pod = {
      kind: 'kube-vip' as const,
      file: '/etc/kubernetes/manifests/kube-vip.yaml',
      addresses: addresses.map(ip),
      settings: new Map([['vip_interface', 'eth0']]),
    };
    const kubernetes = { running: [], settings: [], pods: [pod] };
    return freshHost('lb1', { facts: factsOf(networkOf('lb1'), { kubernetes }) });
  };

  test.each([true, false])('is refused, with --adopt (%s), too', (adopt) => {
    expect(problems([withPod('10.0.50.20')], adopt)).toMatchObject([
      {
        host: 'lb1',
        message:
          'a static pod moves the VIP here already: kube-vip in /etc/kubernetes/manifests/kube-vip.yaml (10.0.50.20 on eth0)',
      },
    ]);
  });

  test('is refused when it does not say which', () => {
    expect(problems([withPod()], true)).toHaveLength(1);
  });

  test('is none of ours when it moves another address', () => {
    expect(problems([withPod('10.0.50.99')], false)).toEqual([]);
  });
});

test('an interface that the inventory names is where the VIP is looked for', () => {
  const [lb1 = freshHost('lb1')] = cluster({ interface: 'eth1' });
  const interfaces = ['eth0', 'eth1'].map((name, index) => ({
    ...{ name, mac: `52:54:00:aa:00:0${index + 1}`, addresses: [`10.0.50.1${index + 1}/24`] },
  }));
  const named = {
    ...lb1,
    intent: { ...lb1.intent, interface: interfaceName('eth1') },
    facts: factsOf(networkOf('lb1', { interfaces })),
  };
  expect(problems([named], true)).toEqual([]);
});
