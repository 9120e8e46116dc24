import { describe, expect, test } from 'vitest';
import type { Advert, Listening } from '../../../src/domain/advert.ts';
import type { SourceSpan } from '../../../src/domain/error.ts';
import type { KeepalivedEndpoint } from '../../../src/domain/intent.ts';
import { desire } from '../../../src/plan/desire.ts';
import { describeWire, refuseStrangers } from '../../../src/plan/refuse-strangers.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { readWire, type Wire } from '../../../src/plan/wire.ts';
import { ip, vrid } from '../../support/branded.ts';
import {
  appliedCluster,
  ENDPOINT,
  factsOf,
  freshCluster,
  hostIntent,
  intentOf,
  networkOf,
  VIP,
} from '../../support/cluster.ts';
import { RENDERER } from '../../support/templates.ts';
import { advert } from '../../support/vrrp-frames.ts';

const HERE: SourceSpan = { file: 'inventory.yaml', line: 3, column: 5, length: 9, text: '' };
const THERE: SourceSpan = { ...HERE, line: 9 };
const WHO =
  '10.0.50.201 (52:54:00:ff:00:01): VRID 20, VRRP version 3, priority 100 with VIP 10.0.50.99, every 1000 ms; heard by lb1, lb2, lb3';

function hearing(snapshots: readonly HostSnapshot[], ...adverts: readonly Advert[]): readonly HostSnapshot[] {
  const heard: Listening = { kind: 'listened', by: 'perl', adverts };
  return snapshots.map((snapshot) => ({ ...snapshot, heard }));
}

function wireOf(snapshots: readonly HostSnapshot[], endpoint = ENDPOINT): Wire {
  return readWire(endpoint, { hosts: snapshots.map(({ intent }) => intent), snapshots });
}

describe('a stranger', () => {
  test('that has nothing of ours is not refused, and noted', () => {
    const snapshots = hearing(freshCluster(), advert({ authentication: 'password', version: 2, vips: [] }));
    const wire = wireOf(snapshots);
    expect(refuseStrangers(wire, ENDPOINT)).toEqual([]);
    expect(describeWire(wire, snapshots.slice(0, 1))).toEqual([
      {
        name: 'vrrp-heard',
        host: 'lb1',
        status: 'pass',
        evidence: '10.0.50.201, listening with perl',
      },
      {
        name: 'vrrp-stranger',
        status: 'pass',
        evidence:
          '10.0.50.201 (52:54:00:ff:00:01): VRID 77, VRRP version 2, priority 100 with no VIP, every 1000 ms, authentication password; heard by lb1, lb2, lb3',
      },
    ]);
  });

  test('that has the VRID in use is refused, with those that are free', () => {
    const snapshots = hearing(appliedCluster(), advert({ vrid: vrid(20) }), advert({ vrid: vrid(21) }));
    const wire = wireOf(snapshots);
    expect(refuseStrangers(wire, { ...ENDPOINT, span: HERE })).toEqual([
      {
        severity: 'error',
        message: `the VRID 20 is taken by a router that is none of these hosts: ${WHO}`,
        hints: [
          'set keepalived_vrid under all.vars to one that is free, for example 22, 23, 24',
          'if it is a host of this cluster: add it to the inventory',
        ],
        span: HERE,
      },
    ]);
    expect(describeWire(wire, []).map(({ status }) => status)).toEqual(['fail', 'pass']);
  });

  test('that has the configured VRID is refused where that is written', () => {
    const sources = { vrid: { name: 'all.vars.keepalived_vrid', span: THERE } };
    const settings = { ...ENDPOINT.settings, vrid: vrid(77), sources };
    const endpoint: KeepalivedEndpoint = { ...ENDPOINT, settings, span: HERE };
    const [problem] = refuseStrangers(wireOf(hearing(freshCluster(), advert()), endpoint), endpoint);
    expect(problem).toMatchObject({
      span: THERE,
      hints: ['set all.vars.keepalived_vrid to one that is free, for example 20, 21, 22', expect.anything()],
    });
  });

  test('that has the VIP, or an additional one, is refused with any VRID', () => {
    const additional = ip('10.0.50.21');
    const settings = { ...ENDPOINT.settings, additionalVips: [additional] };
    const endpoint: KeepalivedEndpoint = { ...ENDPOINT, settings, span: HERE };
    const wire = wireOf(hearing(freshCluster(), advert({ vips: [additional, VIP] })), endpoint);
    expect(refuseStrangers(wire, endpoint)).toMatchObject([
      {
        message: expect.stringMatching(/^the VIP 10.0.50.20 is taken by a router that is none/) as string,
        hints: [
          'choose a free address for control_plane_endpoint, or take that router off the network',
          expect.anything(),
        ],
        span: HERE,
      },
      { hints: [expect.stringContaining('for additionalVIPs'), expect.anything()] },
    ]);
  });

  test('that has both is refused for both, and desire says so once, whoever answers for the VIP', () => {
    const stranger = advert({ vrid: vrid(20), vips: [VIP] });
    const neighbour = `${VIP} dev eth0 lladdr ${stranger.mac} REACHABLE `;
    const snapshots = hearing(
      appliedCluster().map((snapshot) => ({
        ...snapshot,
        facts: factsOf(networkOf(snapshot.intent.name, { neighbour })),
      })),
      stranger,
    );
    const options = { snapshots, absent: [], renderer: RENDERER };
    const desired = desire(intentOf(snapshots), ENDPOINT, options);
    expect(desired.ok ? [] : desired.error.map(({ message }) => message.slice(0, 31))).toEqual([
      'the VRID 20 is taken by a route',
      'the VIP 10.0.50.20 is taken by ',
    ]);
  });

  test('that may be a host of ours is no reason to refuse, and is warned of', () => {
    const snapshots = hearing(appliedCluster(2), advert({ vrid: vrid(20), vips: [VIP] }));
    const target = { ...hostIntent('lb3').target, address: 'lb3.example.com' };
    const hosts = [...snapshots.map(({ intent }) => intent), hostIntent('lb3', { target })];
    const wire = readWire(ENDPOINT, { hosts, snapshots });
    expect(refuseStrangers(wire, ENDPOINT)).toEqual([]);
    expect(describeWire(wire, [])).toMatchObject([
      {
        name: 'vrrp-stranger',
        status: 'warn',
        hint: expect.stringContaining('could not be asked') as string,
      },
    ]);
  });
});

test('a VRID cannot be had when all are taken', () => {
  const all = Array.from({ length: 255 }, (_, index) => advert({ vrid: vrid(index + 1) }));
  const snapshots = hearing(freshCluster(1), ...all);
  const options = { snapshots, absent: [], renderer: RENDERER };
  expect(desire(intentOf(snapshots), ENDPOINT, options)).toMatchObject({
    ok: false,
    error: [{ message: 'every VRID is in use on this link' }],
  });
});

describe('a host', () => {
  test.each<readonly [string, Listening | undefined, unknown]>([
    ['that did not listen says nothing', undefined, []],
    [
      'that heard nobody says so',
      { kind: 'listened', by: 'python3', adverts: [] },
      [{ status: 'pass', evidence: 'no router, listening with python3' }],
    ],
    [
      'that could not listen says why, and is not to blame',
      { kind: 'deaf', because: 'neither python3, perl nor tcpdump is there' },
      [
        {
          status: 'skipped',
          evidence: 'could not listen for other routers: neither python3, perl nor tcpdump is there',
          hint: 'a router that only this host can hear would not be noticed',
        },
      ],
    ],
  ])('%s', (_, heard, expected) => {
    const snapshots = freshCluster(1).map((snapshot) =>
      heard === undefined ? snapshot : { ...snapshot, heard },
    );
    expect(describeWire(wireOf(snapshots), snapshots)).toMatchObject(expected as object[]);
    expect(refuseStrangers(wireOf(snapshots), ENDPOINT)).toEqual([]);
  });
});
