import { describe, expect, test } from 'vitest';
import { orderActivation } from '../../../src/plan/order.ts';
import {
  ALL,
  API_DOWN,
  IDLE,
  NEW_IDENTITY,
  order,
  RELOAD,
  RESTART,
  runningMovers,
  START,
  waves,
  wavesOf,
  withMovers,
  type Differences,
} from '../../support/movers.ts';

describe('nothing to do', () => {
  test('needs no wave', () => {
    expect(order({})).toMatchObject({
      waves: [],
      because: 'no service has to do anything',
      prediction: 'the VIP stays where it is',
    });
  });
});

describe('a first installation', () => {
  test.each<readonly [string, Differences, readonly string[]]>([
    ['starts the host with the highest priority first', {}, ['lb1 -> owns-vip', 'lb2 lb3 -> joined']],
    [
      'starts a host with an API server before one without',
      { lb1: API_DOWN, lb2: API_DOWN },
      ['lb3 -> owns-vip', 'lb1 lb2 -> joined'],
    ],
    [
      'starts the highest priority where no API server is there yet, as before kubeadm init',
      ALL(API_DOWN),
      ['lb1 -> owns-vip', 'lb2 lb3 -> joined'],
    ],
  ])('%s', (_, differences, expected) => {
    const movers = withMovers(withMovers(runningMovers(), ALL(START)), differences);
    expect(wavesOf(orderActivation(movers, 500))).toEqual(expected);
  });

  test('of one host is one wave, and says where the VIP appears', () => {
    expect(waves({ lb1: START }, 1)).toEqual(['lb1 -> owns-vip']);
    expect(order({ lb1: START }, 1)).toMatchObject({
      prediction: 'the VIP appears on lb1',
      settlesOn: 'lb1',
    });
  });

  test('on a part of the hosts leaves the rest alone', () => {
    expect(waves({ lb1: IDLE, lb2: START, lb3: IDLE })).toEqual(['lb2 -> owns-vip']);
  });

  test('only where the API server is not does not wait for a VIP that nobody may have', () => {
    const activation = order({ lb1: IDLE, lb2: { ...START, ...API_DOWN }, lb3: IDLE });
    expect(wavesOf(activation)).toEqual(['lb2 -> joined']);
    expect(activation.prediction).toMatch(/^the VIP appears nowhere yet/);
  });
});

describe('a reload that keeps the identity', () => {
  test.each<readonly [string, Differences, readonly string[]]>([
    ['tries one backup, then takes the rest at once', ALL(RELOAD), ['lb2 -> joined', 'lb1 lb3 -> joined']],
    ['of the active alone is one wave', { lb1: RELOAD }, ['lb1 -> joined']],
    ['of one backup is one wave', { lb3: RELOAD }, ['lb3 -> joined']],
    [
      'tries a backup with an API server first',
      { ...ALL(RELOAD), lb2: { ...RELOAD, ...API_DOWN } },
      ['lb3 -> joined', 'lb1 lb2 -> joined'],
    ],
  ])('%s', (_, differences, expected) => {
    expect(waves(differences)).toEqual(expected);
    expect(order(differences).prediction).toBe('the VIP stays where it is; no request is lost');
  });

  test('moves the VIP when it gives another host the highest priority, and says so', () => {
    const swapped = order({ ...ALL(RELOAD), lb3: { ...RELOAD, priority: 254 } });
    expect(wavesOf(swapped)).toEqual(['lb3 -> joined', 'lb1 lb2 -> joined']);
    expect(swapped.settlesOn).toBe('lb3');
    expect(swapped.prediction).toMatch(/^the VIP moves to lb3, which has the highest priority;/);
  });
});

describe('a change of identity', () => {
  test.each<readonly [string, number, Differences, readonly string[], RegExp]>([
    [
      'of three hosts: one backup takes over, the other one follows, the old active comes last',
      3,
      ALL(NEW_IDENTITY),
      ['lb2 -> joined', 'lb3 -> lb2 owns-vip', 'lb1 -> joined'],
      /^the VIP moves to lb2, then to lb1, which has the highest priority;/,
    ],
    [
      'of two hosts: the backup, then the active',
      2,
      ALL(NEW_IDENTITY),
      ['lb2 -> owns-vip', 'lb1 -> joined'],
      /^the VIP moves to lb2, then to lb1,/,
    ],
    [
      'that the active stays active through: a backup has the VIP as well until it has followed',
      3,
      ALL({ ...NEW_IDENTITY, staysActive: true }),
      ['lb2 -> joined', 'lb3 -> lb2 owns-vip', 'lb1 -> joined'],
      /^lb2 takes the VIP under the new identity while lb1 has it under the old one; then lb1 has it alone again;/,
    ],
    [
      'that the active stays active through, and has the highest priority no more: it moves',
      3,
      { ...ALL({ ...NEW_IDENTITY, staysActive: true }), lb1: { ...NEW_IDENTITY, priority: 200 } },
      ['lb2 -> joined', 'lb3 -> lb2 owns-vip', 'lb1 -> joined'],
      /^the VIP moves to lb2;/,
    ],
    [
      'of one host that stays active through it: nothing is lost',
      1,
      { lb1: { ...NEW_IDENTITY, staysActive: true } },
      ['lb1 -> owns-vip'],
      /^the VIP stays where it is; no request is lost$/,
    ],
    [
      'of one host: nobody can take over, and that is said',
      1,
      { lb1: NEW_IDENTITY },
      ['lb1 -> owns-vip'],
      /^nobody can take over meanwhile: the VIP is away for about 1.5 s$/,
    ],
    [
      'while a backup with the highest priority comes back: the VIP moves once',
      3,
      {
        ...ALL(NEW_IDENTITY),
        lb1: { ...NEW_IDENTITY, holdsVip: false },
        lb2: { ...NEW_IDENTITY, holdsVip: true },
      },
      ['lb1 -> joined', 'lb3 -> lb1 owns-vip', 'lb2 -> joined'],
      /^the VIP moves to lb1;/,
    ],
    [
      'with a dead API server on a backup: another one takes over',
      3,
      { ...ALL(NEW_IDENTITY), lb2: { ...NEW_IDENTITY, ...API_DOWN } },
      ['lb3 -> joined', 'lb2 -> lb3 owns-vip', 'lb1 -> joined'],
      /^the VIP moves to lb3, then to lb1,/,
    ],
    [
      'with a dead API server on the active: the VIP does not come back to it',
      3,
      { ...ALL(NEW_IDENTITY), lb1: { ...NEW_IDENTITY, ...API_DOWN } },
      ['lb2 -> joined', 'lb3 -> lb2 owns-vip', 'lb1 -> joined'],
      /^the VIP moves to lb2;/,
    ],
    [
      'before any API server is there',
      3,
      ALL({ ...NEW_IDENTITY, ...API_DOWN }),
      ['lb2 -> joined', 'lb3 -> lb2 owns-vip', 'lb1 -> joined'],
      /^the VIP moves to lb2, then to lb1,/,
    ],
    [
      'where no backup could take over, because only the active has an API server: all at once',
      2,
      { lb1: NEW_IDENTITY, lb2: { ...NEW_IDENTITY, ...API_DOWN } },
      ['lb1 lb2 -> joined'],
      /^nobody can take over meanwhile/,
    ],
    [
      'that the active alone still has to make: it is away, and nobody waits in vain',
      2,
      { lb1: NEW_IDENTITY, lb2: IDLE },
      ['lb1 -> owns-vip'],
      /^nobody can take over meanwhile/,
    ],
    [
      'in a split brain: whoever does not have the VIP comes first',
      3,
      { ...ALL(NEW_IDENTITY), lb2: { ...NEW_IDENTITY, holdsVip: true } },
      ['lb3 -> owns-vip', 'lb1 lb2 -> joined'],
      /^the VIP moves to lb3, then to lb1,/,
    ],
    [
      'in a split brain, where every host has the VIP: one after the other',
      2,
      { lb1: NEW_IDENTITY, lb2: { ...NEW_IDENTITY, holdsVip: true } },
      ['lb1 -> owns-vip', 'lb2 -> joined'],
      /^the VIP moves to lb1;/,
    ],
  ])('%s', (_, count, differences, expected, prediction) => {
    const activation = order(differences, count);
    expect(wavesOf(activation)).toEqual(expected);
    expect(activation.prediction).toMatch(prediction);
  });
});

describe('keepalived of another version', () => {
  test.each<readonly [string, Differences, readonly string[]]>([
    [
      'is started on a backup, then on the others, and on the active when a peer has the VIP',
      ALL(RESTART),
      ['lb2 -> joined', 'lb3 -> joined', 'lb1 hands over -> joined'],
    ],
    ['is started on a backup alone without a move', { lb3: RESTART }, ['lb3 -> joined']],
    [
      'is started on the active alone when a peer has the VIP',
      { lb1: RESTART },
      ['lb1 hands over -> joined'],
    ],
    [
      'comes before hosts that start',
      { lb1: RESTART, lb2: RESTART, lb3: START },
      ['lb2 -> joined', 'lb1 hands over -> joined', 'lb3 -> joined'],
    ],
    [
      'is started at once on the active where no API server of a peer answers',
      { lb1: RESTART, lb2: { ...RESTART, ...API_DOWN }, lb3: { ...RESTART, ...API_DOWN } },
      ['lb2 -> joined', 'lb1 lb3 -> joined'],
    ],
    [
      'is one with a new identity: whoever takes the VIP starts first, and the active last',
      ALL({ ...RESTART, ...NEW_IDENTITY, action: 'restart' }),
      ['lb2 -> joined', 'lb3 -> lb2 owns-vip', 'lb1 -> joined'],
    ],
  ])('%s', (_, differences, expected) => {
    expect(waves(differences)).toEqual(expected);
  });

  test.each<readonly [string, Differences, string]>([
    [
      'away and back',
      ALL(RESTART),
      'the VIP moves to lb2, then to lb1, which has the highest priority; a move cuts the connections that are open, new ones are answered',
    ],
    ['nothing of it on a backup', { lb2: RESTART }, 'the VIP stays where it is; no request is lost'],
    [
      'an absence where nobody else is ready',
      { lb1: RESTART, lb2: API_DOWN, lb3: API_DOWN },
      'no other host is ready: the VIP is away while keepalived on lb1 restarts, about a second',
    ],
  ])('is foretold with %s', (_, differences, prediction) => {
    expect(order(differences).prediction).toBe(prediction);
  });

  test('goes host by host with --serial 1, the active still last', () => {
    const movers = withMovers(runningMovers(), ALL(RESTART));
    const serial = { unit: 'hosts', count: 1 } as const;
    expect(wavesOf(orderActivation(movers, 500, { serial, size: 1 }))).toEqual([
      'lb2! -> joined',
      'lb3! -> joined',
      'lb1! hands over -> joined',
    ]);
  });
});
