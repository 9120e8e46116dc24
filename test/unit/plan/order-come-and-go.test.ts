import { describe, expect, test } from 'vitest';
import {
  ALL,
  API_DOWN,
  NEW_IDENTITY,
  order,
  RELOAD,
  START,
  STOP,
  waves,
  wavesOf,
  type Differences,
} from '../../support/movers.ts';

describe('hosts that do not run the router that the others run', () => {
  test.each<readonly [string, number, Differences, readonly string[]]>([
    ['a host edited by hand joins the others again', 3, { lb2: NEW_IDENTITY }, ['lb2 -> joined']],
    [
      'two hosts edited by hand join the third again, not each other',
      3,
      { lb2: NEW_IDENTITY, lb3: NEW_IDENTITY },
      ['lb2 -> joined', 'lb3 -> joined'],
    ],
    [
      'a host that became active by itself joins the others again',
      3,
      { lb2: { ...NEW_IDENTITY, holdsVip: true } },
      ['lb2 -> joined'],
    ],
    [
      'a new host starts when all others know it',
      3,
      { lb1: RELOAD, lb2: RELOAD, lb3: START },
      ['lb2 -> joined', 'lb1 -> joined', 'lb3 -> joined'],
    ],
    [
      'a new host starts when the others have changed their identity for it',
      2,
      { lb1: NEW_IDENTITY, lb2: START },
      ['lb1 -> owns-vip', 'lb2 -> joined'],
    ],
    [
      'who keeps the VIP announces it again after all others have given it up',
      3,
      { lb1: RELOAD, lb2: { ...NEW_IDENTITY, holdsVip: true }, lb3: { ...NEW_IDENTITY, holdsVip: true } },
      ['lb2 lb3 -> joined', 'lb1 -> joined'],
    ],
    ['a host that somebody stopped starts again', 3, { lb3: START }, ['lb3 -> joined']],
    ['two hosts that somebody stopped start again', 3, { lb2: START, lb3: START }, ['lb2 lb3 -> joined']],
  ])('%s', (_, count, differences, expected) => {
    expect(waves(differences, count)).toEqual(expected);
  });

  test('a stopped host with the highest priority takes the VIP when it starts, and that is said', () => {
    const activation = order({ lb1: START, lb2: { holdsVip: true } });
    expect(wavesOf(activation)).toEqual(['lb1 -> joined']);
    expect(activation).toMatchObject({ settlesOn: 'lb1' });
    expect(activation.prediction).toMatch(/^the VIP moves to lb1, which has the highest priority;/);
  });
});

describe('hosts that stop', () => {
  test.each<readonly [string, number, Differences, readonly string[], string]>([
    [
      'backups first, the active last',
      3,
      ALL(STOP),
      ['lb2 lb3 -> none', 'lb1 -> none'],
      'the VIP leaves lb1',
    ],
    ['the only host', 1, { lb1: STOP }, ['lb1 -> none'], 'the VIP leaves lb1'],
    ['a backup', 3, { lb3: STOP }, ['lb3 -> none'], 'the VIP stays where it is; no request is lost'],
    [
      // Nobody accepts the farewell of an active that is no peer any more: it has to stop before it is forgotten.
      'a host that its peers forget stops before they do',
      3,
      { lb1: RELOAD, lb2: RELOAD, lb3: STOP },
      ['lb3 -> none', 'lb2 -> joined', 'lb1 -> joined'],
      'the VIP stays where it is; no request is lost',
    ],
    [
      'an active whose peers forget it hands the VIP to them first',
      3,
      { lb1: STOP, lb2: RELOAD, lb3: RELOAD },
      ['lb1 -> none', 'lb3 -> joined', 'lb2 -> joined'],
      'the VIP moves to lb2, which has the highest priority; a move cuts the connections that are open, new ones are answered',
    ],
    [
      'hosts that stop serve until those who stay have changed their identity',
      2,
      { lb1: NEW_IDENTITY, lb2: STOP },
      ['lb1 -> owns-vip', 'lb2 -> none'],
      'the VIP moves to lb2, then to lb1, which has the highest priority; a move cuts the connections that are open, new ones are answered',
    ],
    [
      'an active that stops serves until another has the VIP under the new identity',
      3,
      { lb1: STOP, lb2: NEW_IDENTITY, lb3: NEW_IDENTITY },
      ['lb2 -> owns-vip', 'lb3 -> joined', 'lb1 -> none'],
      'the VIP moves to lb2; a move cuts the connections that are open, new ones are answered',
    ],
    [
      'the only host with an API server hands the VIP to one without when it stops',
      2,
      { lb1: STOP, lb2: { ...NEW_IDENTITY, ...API_DOWN } },
      ['lb2 -> joined', 'lb1 -> none'],
      'the VIP moves to lb2, which has the highest priority; a move cuts the connections that are open, new ones are answered',
    ],
    [
      'hosts start before the last one stops',
      2,
      { lb1: STOP, lb2: START },
      ['lb2 -> joined', 'lb1 -> none'],
      'the VIP moves to lb2, which has the highest priority; a move cuts the connections that are open, new ones are answered',
    ],
    [
      'a host starts after its peers have forgotten another',
      3,
      { lb1: RELOAD, lb2: STOP, lb3: START },
      ['lb2 -> none', 'lb1 -> joined', 'lb3 -> joined'],
      'the VIP stays where it is; no request is lost',
    ],
  ])('%s', (_, count, differences, expected, prediction) => {
    const activation = order(differences, count);
    expect(wavesOf(activation)).toEqual(expected);
    expect(activation.prediction).toBe(prediction);
  });
});
