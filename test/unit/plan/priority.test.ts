import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostName } from '../../../src/domain/names.ts';
import type { Priority } from '../../../src/domain/vrrp.ts';
import { assignPriorities, prioritySpread, type PriorityClaim } from '../../../src/plan/priority.ts';
import { hostName, priority } from '../../support/branded.ts';

type Claims = readonly PriorityClaim[];

function claims(count: number): Claims {
  return Array.from({ length: count }, (_, index) => ({ host: hostName(`lb${index + 1}`) }));
}

function values(all: Claims): readonly (number | undefined)[] {
  const assigned = assignPriorities(all);
  return all.map(({ host }) => assigned.get(host));
}

/** The next run: everybody has recorded what this run gave. */
function nextRun(all: Claims, assigned: ReadonlyMap<HostName, Priority | undefined>): Claims {
  return all.map((claim) => {
    const recorded = assigned.get(claim.host);
    return recorded === undefined ? claim : { ...claim, recorded };
  });
}

describe('priorities', () => {
  test.each([
    [1, [250]],
    [3, [250, 240, 230]],
    [8, [250, 240, 230, 220, 210, 200, 245, 235]],
  ])('of a new cluster of %i fall in inventory order', (count, expected) => {
    expect(values(claims(count))).toEqual(expected);
  });

  test('are 60, and the 61st host gets none', () => {
    const assigned = assignPriorities(claims(61));
    expect(assigned.get(hostName('lb61'))).toBeUndefined();
    expect([...assigned.values()].filter((value) => value !== undefined)).toHaveLength(60);
  });

  test.each<readonly [string, Claims, readonly number[]]>([
    [
      'what the inventory asks for, though another host has it',
      [
        { host: hostName('lb1'), recorded: priority(250) },
        { host: hostName('lb2'), configured: priority(250), recorded: priority(240) },
      ],
      [240, 250],
    ],
    [
      'what the inventory asks for, though it is out of the usual range',
      [{ host: hostName('lb1'), configured: priority(100) }, { host: hostName('lb2') }],
      [100, 250],
    ],
    [
      'what they had, though a new host stands before them',
      [{ host: hostName('lb9') }, { host: hostName('lb1'), recorded: priority(250) }],
      [240, 250],
    ],
    [
      'the slot of a host that left',
      [{ host: hostName('lb2'), recorded: priority(240) }, { host: hostName('lb4') }],
      [240, 250],
    ],
    [
      'the first who comes, when two hosts recorded the same (a cloned disk)',
      [
        { host: hostName('lb1'), recorded: priority(250) },
        { host: hostName('lb2'), recorded: priority(250) },
      ],
      [250, 240],
    ],
  ])('give hosts %s', (_, all, expected) => {
    expect(values(all)).toEqual(expected);
  });

  test('are 0 apart for one host or none', () => {
    expect([prioritySpread([]), prioritySpread([250]), prioritySpread([250, 191, 200])]).toEqual([0, 0, 59]);
  });
});

describe('for up to 60 hosts without wishes', () => {
  const sizes = fc.integer({ min: 1, max: 60 });

  test('priorities are distinct, high, and nowhere further apart than a host that is not ready falls', () => {
    fc.assert(
      fc.property(sizes, (count) => {
        const all = values(claims(count)).map((value) => value ?? 0);
        expect(new Set(all).size).toBe(count);
        expect(Math.min(...all)).toBeGreaterThanOrEqual(191);
        expect(Math.max(...all)).toBe(250);
        expect(all[0]).toBe(250);
        expect(prioritySpread(all)).toBeLessThanOrEqual(59);
      }),
    );
  });

  test('the order of the inventory changes nothing once they are recorded', () => {
    const shuffled = sizes.chain((count) =>
      fc.tuple(fc.constant(count), fc.shuffledSubarray([...claims(count)], { minLength: count })),
    );
    fc.assert(
      fc.property(shuffled, ([count, order]) => {
        const first = assignPriorities(claims(count));
        const again = assignPriorities(nextRun(order, first));
        for (const [host, value] of first) expect(again.get(host)).toBe(value);
      }),
    );
  });

  test('a host that joins or leaves moves nobody', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (count, at, leaver) => {
        const first = assignPriorities(claims(count));
        const kept = nextRun(claims(count), first).filter((_, index) => index !== leaver % count);
        const joined: Claims = kept.toSpliced(at % (kept.length + 1), 0, { host: hostName('new') });
        const again = assignPriorities(joined);
        for (const { host, recorded } of kept) expect(again.get(host)).toBe(recorded);
        expect(again.get(hostName('new'))).toBeDefined();
      }),
    );
  });

  test('what the inventory asks for is given, and nobody else gets it', () => {
    const wishes = fc.uniqueArray(fc.integer({ min: 191, max: 250 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sizes, wishes, (count, configured) => {
        const all = claims(count).map((claim, index) => {
          const wish = configured[index];
          return wish === undefined ? claim : { ...claim, configured: priority(wish) };
        });
        const given = values(all);
        expect(given.slice(0, configured.length)).toEqual(configured.slice(0, count));
        expect(new Set(given).size).toBe(count);
      }),
    );
  });
});
