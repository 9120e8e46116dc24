import { describe, expect, test } from 'vitest';
import type { EndpointSighting } from '../../../src/plan/judge.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { hostName } from '../../support/branded.ts';
import { freshHost, holdingVip, macOf, withConf, withService } from '../../support/cluster.ts';
import { apiIs, found, having, hearing, notHolding, verdict } from '../../support/evidence.ts';

describe('a healthy cluster', () => {
  test('passes every check', () => {
    const good = verdict();
    expect(good.checks.map(({ name, host, status }) => `${status} ${name} ${host ?? '-'}`)).toEqual([
      'pass one-owner -',
      'pass neighbour lb2',
      'pass neighbour lb3',
      ...['lb1', 'lb2', 'lb3'].map((name) => `pass service ${name}`),
      'pass api-servers -',
      'pass vip-answers -',
      ...['lb1', 'lb2', 'lb3'].map((name) => `pass vip-answers ${name}`),
      'pass answered-by -',
      ...['lb1', 'lb2', 'lb3'].map((name) => `pass drift ${name}`),
    ]);
    expect(good).toMatchObject({ isGood: true, owners: ['lb1'] });
  });

  test('has evidence for each', () => {
    expect(
      verdict()
        .checks.map(({ evidence }) => evidence)
        .filter((text, index, all) => all.indexOf(text) === index),
    ).toEqual([
      '10.0.50.20 is on lb1 and on no other of 3 hosts',
      `10.0.50.20 is at ${macOf('lb1')}, lb1`,
      'keepalived 2.2.7 runs, active',
      'keepalived 2.2.7 runs, backup',
      'all 3 answer on port 6443',
      '10.0.50.20:6443/readyz says 200 from here',
      '10.0.50.20:6443/readyz says 200',
      'lb1 answered, which has the VIP',
      'as generation 1 left it',
    ]);
  });
});

describe('the owner', () => {
  test('is missing: nobody has the VIP', () => {
    const none = verdict({ snapshots: having({ lb1: notHolding }) });
    expect(found(none, 'one-owner')).toEqual(['fail -: no host has 10.0.50.20']);
    expect(found(none, 'neighbour')).toEqual([]);
    expect(none).toMatchObject({ isGood: false, owners: [] });
  });

  test('is not alone: a split brain, though the VIP answers everywhere', () => {
    const split = verdict({ snapshots: having({ lb2: holdingVip, lb3: holdingVip }) });
    expect(found(split, 'one-owner')).toEqual([
      'fail -: split brain: lb1 and lb2 and lb3 all have 10.0.50.20',
    ]);
    expect(found(split, 'vip-answers').filter((line) => !line.startsWith('pass'))).toEqual([]);
    expect(split).toMatchObject({ isGood: false, owners: ['lb1', 'lb2', 'lb3'] });
  });

  test.each<readonly [string, (snapshot: HostSnapshot) => HostSnapshot, string]>([
    [
      'a stranger',
      hearing('52:54:00:ff:ff:ff'),
      'fail lb2: 10.0.50.20 is at 52:54:00:ff:ff:ff, which is none of these hosts; it should be at 52:54:00:aa:00:01, lb1',
    ],
    [
      'another host, of old',
      hearing(macOf('lb3')),
      'fail lb2: 10.0.50.20 is at 52:54:00:aa:00:03, which is lb3; it should be at 52:54:00:aa:00:01, lb1',
    ],
    ['nobody', notHolding, 'fail lb2: nobody answered for 10.0.50.20'],
  ])('is somebody else to a neighbour that hears %s', (_, change, expected) => {
    const wrong = verdict({ snapshots: having({ lb2: change }) });
    expect(found(wrong, 'neighbour')).toEqual([expected, `pass lb3: 10.0.50.20 is at ${macOf('lb1')}, lb1`]);
    expect(wrong.isGood).toBe(false);
  });
});

describe('a service', () => {
  test.each([
    ['that does not run fails', { enabled: true, running: false }, 'fail lb2: keepalived does not run'],
    [
      'that would not run after a reboot fails',
      { enabled: false, running: true },
      'fail lb2: keepalived runs, but would not after a reboot',
    ],
  ])('%s', (_, state, expected) => {
    const seen = verdict({ snapshots: having({ lb2: (snapshot) => withService(snapshot, state) }) });
    expect(found(seen, 'service')[1]).toBe(expected);
    expect(seen.isGood).toBe(false);
  });

  test('of a host that we never saw fails', () => {
    const seen = verdict({ snapshots: [{ ...freshHost('lb1'), observed: new Map() }] });
    expect(found(seen, 'service')).toEqual(['fail lb1: keepalived does not run']);
  });
});

describe('API servers', () => {
  test('that are missing on some hosts are a warning', () => {
    const seen = verdict({ snapshots: having({ lb2: apiIs('refuses'), lb3: apiIs('silent') }) });
    expect(found(seen, 'api-servers')).toEqual(['warn -: 1 of 3 answer (lb2 refuses, lb3 silent)']);
    expect(seen.isGood).toBe(true);
  });

  test('that are not there yet fail nothing: before kubeadm init the VIP has to come first', () => {
    const snapshots = having({ lb1: apiIs('refuses'), lb2: apiIs('refuses'), lb3: apiIs('refuses') });
    const sightings: readonly EndpointSighting[] = [
      { from: 'here', answer: 'refused: connect ECONNREFUSED 10.0.50.20:6443' },
      { from: hostName('lb2'), answer: 'no answer within 2 s' },
    ];
    const early = verdict({ snapshots, sightings, certificates: new Map() });
    expect(found(early, 'api-servers')).toEqual(['warn -: none answers on port 6443 yet']);
    expect(found(early, 'vip-answers')).toEqual([
      'warn -: 10.0.50.20:6443 did not answer from here: refused: connect ECONNREFUSED 10.0.50.20:6443',
      'warn lb2: 10.0.50.20:6443 did not answer: no answer within 2 s',
    ]);
    expect(found(early, 'answered-by')).toEqual(['skipped -: no certificate was seen at the VIP']);
    expect(early.isGood).toBe(true);
  });
});

describe('drift', () => {
  test('is a warning with the names of what changed', () => {
    const edit = (snapshot: HostSnapshot): HostSnapshot => withConf(snapshot, (text) => `${text}# mine\n`);
    const seen = verdict({ snapshots: having({ lb3: edit }) });
    expect(found(seen, 'drift')[2]).toBe(
      'warn lb3: changed since generation 1: file:/etc/keepalived/keepalived.conf',
    );
    expect(seen.isGood).toBe(true);
  });

  test('is no question on a host that we never changed', () => {
    expect(found(verdict({ snapshots: [freshHost('lb1')] }), 'drift')).toEqual([]);
  });
});
