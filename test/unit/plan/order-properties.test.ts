import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Activation, ServiceAction } from '../../../src/domain/plan.ts';
import { canTakeOver, soleHolder, type Mover } from '../../../src/plan/mover.ts';
import { orderActivation } from '../../../src/plan/order.ts';
import { hostName } from '../../support/branded.ts';

/** Hosts in every state that can be observed: only who runs can hold, reload or stop; only who does not can start. */
const hostState = fc
  .record({
    runs: fc.boolean(),
    mayHold: fc.boolean(),
    acts: fc.constantFrom<ServiceAction>('none', 'reload', 'reload', 'stop'),
    starts: fc.boolean(),
    changesIdentity: fc.boolean(),
    staysActive: fc.boolean(),
    apiAnswers: fc.boolean(),
  })
  .map(({ runs, mayHold, acts, starts, changesIdentity, staysActive, apiAnswers }) => {
    const action: ServiceAction = runs ? acts : starts ? 'start' : 'none';
    const identity = action === 'reload' && changesIdentity;
    const serves = runs && apiAnswers;
    return {
      runs,
      holdsVip: runs && mayHold,
      action,
      changesIdentity: identity,
      staysActive,
      apiAnswers,
      serves,
    };
  });

const movers = fc.array(hostState, { minLength: 1, maxLength: 5 }).map((states): readonly Mover[] =>
  states.map((state, index) => ({
    ...state,
    host: hostName(`lb${index + 1}`),
    priority: 250 - 10 * index,
  })),
);

function holds(property: (all: readonly Mover[], activation: Activation) => void): void {
  fc.assert(
    fc.property(movers, (all) => property(all, orderActivation(all, 500))),
    { numRuns: 1000 },
  );
}

function named(all: readonly Mover[], host: string): Mover {
  const mover = all.find((candidate) => candidate.host === host);
  if (mover === undefined) throw new Error(`no mover ${host}`);
  return mover;
}

/** All that run and stay change their identity. */
function changesIdentity(all: readonly Mover[]): boolean {
  const staying = all.filter((mover) => mover.runs && mover.action !== 'stop');
  return staying.length > 0 && staying.every((mover) => mover.changesIdentity);
}

describe('the order of activation', () => {
  test('has every host with something to do in exactly one wave, and nobody else', () => {
    holds((all, { waves }) => {
      const busy = all.filter((mover) => mover.action !== 'none').map((mover) => mover.host);
      expect(waves.flatMap((wave) => wave.hosts).toSorted()).toEqual(busy.toSorted());
      expect(waves.filter((wave) => wave.hosts.length === 0)).toEqual([]);
    });
  });

  test('waits for the VIP on one host only, which is able to take it', () => {
    holds((all, { waves }) => {
      for (const wave of waves.filter(({ gate }) => gate === 'owns-vip')) {
        const taker = wave.owner ?? wave.hosts[0] ?? '';
        expect(wave.owner !== undefined || wave.hosts.length === 1).toBe(true);
        expect(canTakeOver(named(all, taker), all)).toBe(true);
      }
    });
  });

  test('waits for the VIP only where an election must follow: at a first start and when all change their identity', () => {
    holds((all, { waves }) => {
      const isNew = !all.some((mover) => mover.runs) || changesIdentity(all);
      if (!isNew) expect(waves.map(({ gate }) => gate)).not.toContain('owns-vip');
    });
  });

  test('never takes the VIP from its holder first when all change their identity and another can have it', () => {
    holds((all, { waves }) => {
      const holder = soleHolder(all);
      const others = all.filter(
        (mover) => mover !== holder && mover.action === 'reload' && canTakeOver(mover, all),
      );
      if (holder === undefined || !changesIdentity(all) || others.length === 0) return;
      expect(waves[0]?.hosts).toHaveLength(1);
      expect(waves[0]?.hosts).not.toContain(holder.host);
    });
  });

  test('never reloads all backups at once before one of them has shown that it works', () => {
    holds((all, { waves }) => {
      const reloads = waves.filter(({ hosts }) => hosts.some((host) => named(all, host).action === 'reload'));
      const backups = all.filter(({ action, holdsVip }) => action === 'reload' && !holdsVip);
      const isSure = backups.some((backup) => canTakeOver(backup, all)) || !changesIdentity(all);
      const holder = soleHolder(all);
      if (backups.length < 2 || !isSure || holder?.action === 'stop') return;
      expect(reloads[0]?.hosts).toHaveLength(1);
    });
  });

  test('stops the active after every backup that stops', () => {
    holds((all, { waves }) => {
      const stopping = waves.filter(({ hosts }) => hosts.some((host) => named(all, host).action === 'stop'));
      const holding = stopping.map(({ hosts }) => hosts.some((host) => named(all, host).holdsVip));
      expect(holding).toEqual(holding.toSorted((a, b) => Number(a) - Number(b)));
    });
  });

  test('starts new hosts after all that run have been reloaded', () => {
    holds((all, { waves }) => {
      const actions = waves.map(({ hosts }) => new Set(hosts.map((host) => named(all, host).action)));
      const lastReload = actions.findLastIndex((those) => those.has('reload'));
      const firstStart = actions.findIndex((those) => those.has('start'));
      if (firstStart >= 0) expect(firstStart).toBeGreaterThan(lastReload);
    });
  });

  test('settles on a host that runs afterwards, whenever there is one', () => {
    holds((all, { settlesOn }) => {
      const after = all.filter(({ action, runs }) => action === 'start' || (runs && action !== 'stop'));
      if (after.length === 0) expect(settlesOn).toBeUndefined();
      else expect(after.map(({ host }) => host)).toContain(settlesOn);
    });
  });

  test('does not depend on the order of the inventory', () => {
    const shuffled = movers.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })),
    );
    const sets = ({ waves, prediction, settlesOn }: Activation): unknown => [
      waves.map(({ hosts, gate }) => [hosts.toSorted(), gate]),
      // Hosts that leave are listed in inventory order.
      prediction.split(/[ ,]+/).toSorted(),
      settlesOn,
    ];
    fc.assert(
      fc.property(shuffled, ([all, again]) => {
        expect(sets(orderActivation(again, 500))).toEqual(sets(orderActivation(all, 500)));
      }),
      { numRuns: 1000 },
    );
  });
});
