import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseVrid } from '../../../src/domain/vrrp.ts';
import { chooseVrid } from '../../../src/plan/vrid.ts';
import { ip, vrid } from '../../support/branded.ts';

describe('the VRID', () => {
  test.each<readonly [string, string, number | undefined, readonly number[], number, string]>([
    ['is the configured one', '10.0.50.20', 7, [20, 20], 7, 'configured'],
    ['is 51 only when it is asked for', '10.0.50.20', 51, [], 51, 'configured'],
    ['is the one in use', '10.0.50.20', undefined, [99, 99, 99], 99, 'in-use'],
    [
      'is the one most hosts use after an interrupted run',
      '10.0.50.20',
      undefined,
      [20, 99, 99],
      99,
      'in-use',
    ],
    [
      'is the lower of two that are used alike, in any order',
      '10.0.50.20',
      undefined,
      [99, 20],
      20,
      'in-use',
    ],
    ['is the last octet of the VIP', '10.0.50.20', undefined, [], 20, 'chosen'],
    ['is not 51, which every example has', '10.0.50.51', undefined, [], 152, 'chosen'],
    ['is not 0, which is no VRID', '10.0.50.0', undefined, [], 101, 'chosen'],
    ['is the low byte of an IPv6 VIP', '2001:db8::1ff', undefined, [], 255, 'chosen'],
  ])('%s', (_, vip, configured, inUse, expected, origin) => {
    const wish = configured === undefined ? undefined : vrid(configured);
    expect(chooseVrid(ip(vip), wish, inUse.map(vrid))).toEqual({ vrid: expected, origin });
  });

  test('is valid for every VIP, and never 51 unless asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), (octet) => {
        const chosen = chooseVrid(ip(`10.0.50.${octet}`), undefined, []);
        expect(parseVrid(chosen.vrid).ok).toBe(true);
        expect(chosen.vrid).not.toBe(51);
      }),
    );
  });
});
