import { describe, expect, test } from 'vitest';
import type { Advert, Listening } from '../../../src/domain/advert.ts';
import type { KeepalivedEndpoint } from '../../../src/domain/intent.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { mustListen, readWire, type Wire, type WireOptions } from '../../../src/plan/wire.ts';
import { ip, vrid } from '../../support/branded.ts';
import { appliedCluster, ENDPOINT, freshCluster, hostIntent, macOf, VIP } from '../../support/cluster.ts';
import { advert } from '../../support/vrrp-frames.ts';

/** Hosts that heard these adverts, each the same or each its own. */
function hearing(
  snapshots: readonly HostSnapshot[],
  ...adverts: readonly (readonly Advert[])[]
): readonly HostSnapshot[] {
  return snapshots.map((snapshot, index) => {
    const heard: Listening = { kind: 'listened', by: 'perl', adverts: adverts[index % adverts.length] ?? [] };
    return { ...snapshot, heard };
  });
}

function wireOf(
  snapshots: readonly HostSnapshot[],
  options: Partial<WireOptions> & { readonly endpoint?: KeepalivedEndpoint } = {},
): Wire {
  const hosts = snapshots.map(({ intent }) => intent);
  return readWire(options.endpoint ?? ENDPOINT, { hosts, snapshots, ...options });
}

function configured(number: number): KeepalivedEndpoint {
  return { ...ENDPOINT, settings: { ...ENDPOINT.settings, vrid: vrid(number) } };
}

describe('a router that was heard', () => {
  const ours = advert({ vrid: vrid(20), vips: [VIP] });

  test.each<readonly [string, Partial<Advert>]>([
    ['sends from the address of a host', { source: ip('10.0.50.12'), mac: '00:00:5e:00:01:14' }],
    ['is a host that sends from an address of the moment', { source: ip('fe80::7'), mac: macOf('lb3') }],
    ['has the VIP that a host holds as its own address', { source: VIP, mac: macOf('lb1') }],
  ])('is no stranger when it %s', (_, sent) => {
    expect(wireOf(hearing(appliedCluster(), [{ ...ours, ...sent }])).strangers).toEqual([]);
  });

  test('is no stranger when it is a peer that was left out, or a host that could not be asked', () => {
    const [lb1, lb2] = hearing(appliedCluster(), [{ ...ours, source: ip('10.0.50.13') }]);
    if (lb1 === undefined || lb2 === undefined) throw new Error('no hosts');
    expect(wireOf([lb1, lb2]).strangers).toEqual([]);
    const gone = [ip('10.0.50.13')];
    expect(wireOf([lb1, lb2], { gone }).strangers).toMatchObject([{ hasOurVrid: true, ourVips: [VIP] }]);
    const fresh = hearing(freshCluster(2), [{ ...ours, source: ip('10.0.50.13') }]);
    const hosts = [...fresh.map(({ intent }) => intent), hostIntent('lb3')];
    expect(wireOf(fresh, { hosts }).strangers).toEqual([]);
  });

  test('may be a host that could not be asked and whose address nobody knows, when it has the VIP', () => {
    const snapshots = hearing(appliedCluster(2), [
      ours,
      advert({ vips: [ip('10.0.50.98')], vrid: vrid(20) }),
    ]);
    const named = { ...hostIntent('lb3').target, address: 'lb3.example.com' };
    const hosts = [...snapshots.map(({ intent }) => intent), hostIntent('lb3', { target: named })];
    const strangers = wireOf(snapshots, { hosts }).strangers;
    expect(strangers.map(({ mayBeOurs }) => mayBeOurs)).toEqual([true]);
  });

  test('is one stranger with what all hosts heard of it', () => {
    const snapshots = hearing(
      freshCluster(),
      [advert({ priority: 0 })],
      [],
      [advert({ priority: 150, vips: [ip('10.0.50.98')] }), advert({ vrid: vrid(78) })],
    );
    expect(wireOf(snapshots).strangers).toMatchObject([
      { vrid: 77, priority: 150, vips: ['10.0.50.99', '10.0.50.98'], heardBy: ['lb1', 'lb3'] },
      { vrid: 78, heardBy: ['lb3'] },
    ]);
  });

  test.each<readonly [string, Partial<Advert>, boolean, readonly string[]]>([
    ['nothing of ours', {}, false, []],
    ['our VRID', { vrid: vrid(7) }, true, []],
    [
      'our VRID in the other family, which is another router',
      { vrid: vrid(7), source: ip('fe80::1') },
      false,
      [],
    ],
    ['our VIP', { vips: [ip('10.0.50.98'), VIP] }, false, [VIP]],
    ['both', { vrid: vrid(7), vips: [VIP] }, true, [VIP]],
    ['our additional VIP', { vips: [ip('2001:db8::7')], source: ip('fe80::1') }, false, ['2001:db8::7']],
  ])('is known by what it has: %s', (_, sent, hasOurVrid, ourVips) => {
    const endpoint = configured(7);
    const settings = { ...endpoint.settings, additionalVips: [ip('2001:db8::7')] };
    const heard = hearing(freshCluster(), [advert(sent)]);
    expect(wireOf(heard, { endpoint: { ...endpoint, settings } }).strangers).toMatchObject([
      { hasOurVrid, ourVips, mayBeOurs: false },
    ]);
  });
});

describe('the VRID', () => {
  test('that is chosen is that of no stranger', () => {
    const snapshots = hearing(freshCluster(), [advert({ vrid: vrid(20) })], [advert({ vrid: vrid(1) })]);
    const { vrid: choice, strangers } = wireOf(snapshots, { draw: 0 });
    expect(choice).toEqual({ vrid: 2, origin: 'drawn' });
    expect(strangers.map(({ hasOurVrid }) => hasOurVrid)).toEqual([false, false]);
  });

  test('of a run that was killed before it was recorded is kept', () => {
    const recorded = { heads: [], damaged: [], foreignClusters: [] };
    const killed = appliedCluster().map((snapshot) => ({ ...snapshot, recorded }));
    const heard = hearing(killed, [advert({ vrid: vrid(20), source: ip('10.0.50.11') })]);
    expect(wireOf(heard).vrid).toEqual({ vrid: 20, origin: 'in-use' });
  });
});

describe('a plan', () => {
  test.each<readonly [string, readonly HostSnapshot[], KeepalivedEndpoint, boolean]>([
    ['is the first', freshCluster(), ENDPOINT, true],
    ['changes the VRID', appliedCluster(), configured(7), true],
    ['changes the VIP', appliedCluster(), { ...ENDPOINT, vip: ip('10.0.50.21') }, true],
    ['keeps both', appliedCluster(), configured(20), false],
    ['keeps what nobody configured', appliedCluster(), ENDPOINT, false],
    ['has a new host', [...appliedCluster(2), ...freshCluster().slice(2)], ENDPOINT, false],
  ])('that %s has to know who else is there: %#', (_, snapshots, endpoint, expected) => {
    expect(mustListen(snapshots, endpoint)).toBe(expected);
  });
});

test('hosts that did not listen, or could not, have heard nobody', () => {
  const deaf: Listening = { kind: 'deaf', because: 'no ears' };
  expect(wireOf(freshCluster()).strangers).toEqual([]);
  expect(wireOf(freshCluster().map((snapshot) => ({ ...snapshot, heard: deaf }))).strangers).toEqual([]);
});
