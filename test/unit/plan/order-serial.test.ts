import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Activation, Wave } from '../../../src/domain/plan.ts';
import type { Mover } from '../../../src/plan/mover.ts';
import { orderActivation } from '../../../src/plan/order.ts';
import {
  ALL,
  API_DOWN,
  NEW_IDENTITY,
  RELOAD,
  runningMovers,
  START,
  STOP,
  wavesOf,
  withMovers,
  type Differences,
} from '../../support/movers.ts';

const FIVE = ['lb1', 'lb2', 'lb3', 'lb4', 'lb5'];
const each = (difference: Differences[string]): Differences =>
  Object.fromEntries(FIVE.map((host) => [host, difference]));

function named(movers: readonly Mover[], host: string): Mover {
  const found = movers.find((mover) => mover.host === host);
  if (found === undefined) throw new Error(`no mover ${host}`);
  return found;
}

function serially(size: number, differences: Differences, count = 5): Activation {
  const batch = { serial: { unit: 'hosts', count: size } as const, size };
  return orderActivation(withMovers(runningMovers(count), differences), 500, batch);
}

describe('with --serial', () => {
  test.each<readonly [string, number, Differences, readonly string[]]>([
    [
      'hosts reload two at a time, and each has to serve again before the next',
      2,
      each(RELOAD),
      ['lb2! -> joined', 'lb1! lb3! -> joined', 'lb4! lb5! -> joined'],
    ],
    [
      'nobody waits for hosts to serve that did not serve before',
      1,
      { ...each({ ...RELOAD, serves: false }), lb3: RELOAD },
      ['lb2 -> joined', 'lb1 -> joined', 'lb3! -> joined', 'lb4 -> joined', 'lb5 -> joined'],
    ],
    [
      'hosts are installed one by one after the first, which nobody waits for longer than without it',
      1,
      each(START),
      ['lb1 -> owns-vip', 'lb2 -> joined', 'lb3 -> joined', 'lb4 -> joined', 'lb5 -> joined'],
    ],
    [
      'a cluster without any API server goes on all the same',
      2,
      each({ ...RELOAD, ...API_DOWN, serves: false }),
      ['lb2 -> joined', 'lb1 lb3 -> joined', 'lb4 lb5 -> joined'],
    ],
    [
      'hosts stop one by one, the active last',
      1,
      each(STOP),
      ['lb2 -> none', 'lb3 -> none', 'lb4 -> none', 'lb5 -> none', 'lb1 -> none'],
    ],
    [
      'a new identity keeps its order, for two would have the VIP; who joins later waits',
      1,
      { ...ALL(NEW_IDENTITY), lb4: START, lb5: START },
      ['lb2 -> joined', 'lb3 -> lb2 owns-vip', 'lb1 -> joined', 'lb4 -> joined', 'lb5 -> joined'],
    ],
  ])('%s', (_, size, differences, expected) => {
    expect(wavesOf(serially(size, differences))).toEqual(expected);
  });

  test('the plan says how it was taken', () => {
    expect(serially(2, each(RELOAD)).because).toMatch(
      /; at most 2 at a time \(--serial 2\), each back in service before the next if it was before$/,
    );
    expect(serially(1, each(NEW_IDENTITY)).because).toMatch(
      /; --serial 1 holds only for hosts that join afterwards: one by one, two would have the VIP for seconds$/,
    );
    expect(serially(1, {}).because).toBe('no service has to do anything');
  });

  test('the same hosts come in the same order, never more than asked at a time, unless the identity changes', () => {
    const kinds = fc.constantFrom(RELOAD, START, STOP, NEW_IDENTITY, {});
    fc.assert(
      fc.property(
        fc.array(kinds, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        (all, size) => {
          const differences = Object.fromEntries(all.map((kind, at) => [`lb${at + 1}`, kind]));
          const movers = withMovers(runningMovers(all.length), differences);
          const whole = orderActivation(movers, 500);
          const { waves } = serially(size, differences, all.length);
          expect(waves.flatMap(({ hosts }) => hosts)).toEqual(whole.waves.flatMap(({ hosts }) => hosts));
          const isNoStart = ({ hosts }: Wave): boolean =>
            hosts.some((host) => named(movers, host).action !== 'start');
          const isIdentity = whole.because.includes('changes its identity');
          if (!isIdentity) for (const { hosts } of waves) expect(hosts.length).toBeLessThanOrEqual(size);
          else expect(waves.filter(isNoStart)).toEqual(whole.waves.filter(isNoStart));
        },
      ),
    );
  });
});
