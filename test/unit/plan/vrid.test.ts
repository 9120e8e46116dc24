import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Vrid } from '../../../src/domain/vrrp.ts';
import { chooseVrid, freeVrids, type VridChoice } from '../../../src/plan/vrid.ts';
import { ip, vrid } from '../../support/branded.ts';

interface Given {
  readonly vip?: string;
  readonly configured?: number;
  readonly inUse?: readonly number[];
  readonly taken?: readonly number[];
  readonly draw?: number;
}

function choose({ vip = '10.0.50.20', configured, inUse = [], taken = [], draw = 0 }: Given): unknown {
  const wish = configured === undefined ? undefined : vrid(configured);
  return chooseVrid(ip(vip), wish, { inUse: inUse.map(vrid), taken: new Set(taken.map(vrid)), draw });
}

function allBut(...free: readonly number[]): readonly number[] {
  return Array.from({ length: 255 }, (_, index) => index + 1).filter((number) => !free.includes(number));
}

describe('the VRID', () => {
  test.each<readonly [string, Given, number, VridChoice['origin']]>([
    ['is the configured one', { configured: 7, inUse: [20, 20] }, 7, 'configured'],
    ['is the configured one, though somebody else has it', { configured: 7, taken: [7] }, 7, 'configured'],
    ['is 51 only when it is asked for', { configured: 51 }, 51, 'configured'],
    ['is the one in use', { inUse: [99, 99, 99] }, 99, 'in-use'],
    ['is the one in use, though somebody else has it', { inUse: [99], taken: [99] }, 99, 'in-use'],
    ['is the one most hosts use after an interrupted run', { inUse: [20, 99, 99] }, 99, 'in-use'],
    ['is the lower of two that are used alike, in any order', { inUse: [99, 20] }, 20, 'in-use'],
    ['is the last octet of the VIP', {}, 20, 'chosen'],
    ['is the last octet of the VIP, when others are taken', { taken: [19, 21] }, 20, 'chosen'],
    ['is not 51, which every example has', { vip: '10.0.50.51' }, 152, 'chosen'],
    ['is not 0, which is no VRID', { vip: '10.0.50.0' }, 101, 'chosen'],
    ['is the low byte of an IPv6 VIP', { vip: '2001:db8::1ff' }, 255, 'chosen'],
    ['is drawn where that of the VIP is taken', { taken: [20], draw: 0.5 }, 129, 'drawn'],
    ['is drawn from the first', { taken: [20, 1, 2], draw: 0 }, 3, 'drawn'],
    ['is drawn to the last', { taken: [20], draw: 1 - Number.EPSILON }, 255, 'drawn'],
    ['is the only one that is left', { taken: allBut(3), draw: 0.7 }, 3, 'drawn'],
  ])('%s', (_, given, expected, origin) => {
    expect(choose(given)).toEqual({ vrid: expected, origin });
  });

  test('is none when all are taken, for 51 is never drawn', () => {
    expect(choose({ taken: allBut(51) })).toBeUndefined();
    expect(freeVrids(new Set(allBut(51, 52).map(vrid)))).toEqual([52]);
  });

  test('is valid for every VIP and never 51 or taken unless asked for', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const taken = fc.uniqueArray(fc.integer({ min: 1, max: 255 }), { maxLength: 250 });
    const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(octet, taken, draw, (last, others, drawn) => {
        const use = { inUse: [], taken: new Set(others.map(vrid)), draw: drawn };
        const chosen = chooseVrid(ip(`10.0.50.${last}`), undefined, use)?.vrid;
        expect(chosen).toSatisfy((value: Vrid) => freeVrids(use.taken).includes(value));
      }),
    );
  });
});
