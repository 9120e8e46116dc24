import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activeDownIntervalMs,
  parseAdvertIntervalMs,
  parsePriority,
  parseVrid,
  PROFILE_ADVERT_INTERVAL_MS,
} from '../../../src/domain/vrrp.ts';

const NO_NUMBERS = ['51', '', null, undefined, true, [51], {}, NaN, Infinity, -Infinity, 1.5, -1];

describe('a virtual router identifier', () => {
  it.each([1, 51, 255])('is %i', (vrid) => {
    expect(parseVrid(vrid)).toEqual({ ok: true, value: vrid });
  });

  it.each([0, 256, ...NO_NUMBERS])('is not %j', (input) => {
    expect(parseVrid(input)).toEqual({
      ok: false,
      error: `expected an integer from 1 to 255, got ${JSON.stringify(input)}`,
    });
  });
});

describe('a priority', () => {
  it.each([1, 100, 254])('is %i', (priority) => {
    expect(parsePriority(priority)).toEqual({ ok: true, value: priority });
  });

  it.each([0, 255, ...NO_NUMBERS])('is not %j: 0 and 255 mean something else', (input) => {
    expect(parsePriority(input).ok).toBe(false);
  });
});

describe('an advert interval', () => {
  it.each([10, 500, 40_950])('is %i ms', (interval) => {
    expect(parseAdvertIntervalMs(interval)).toEqual({ ok: true, value: interval });
  });

  it.each([0, 5, 9, 15, 501, 40_960, ...NO_NUMBERS])('is not %j', (input) => {
    expect(parseAdvertIntervalMs(input).ok).toBe(false);
  });

  it.each(Object.entries(PROFILE_ADVERT_INTERVAL_MS))('of the profile %s is valid: %i ms', (_, interval) => {
    expect(parseAdvertIntervalMs(interval).ok).toBe(true);
  });
});

describe('the time after which a backup takes over', () => {
  it.each([
    [1000, 254, 3008],
    [1000, 100, 3610],
    [500, 240, 1532],
    [250, 250, 756],
    [1000, 0, 4000],
  ])('for adverts every %i ms and priority %i is %i ms', (interval, priority, expected) => {
    expect(activeDownIntervalMs(interval, priority)).toBe(expected);
  });

  it('is three adverts and less than one more, and never longer for a higher priority', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4095 }),
        fc.integer({ min: 1, max: 253 }),
        (centiseconds, priority) => {
          const interval = centiseconds * 10;
          const time = activeDownIntervalMs(interval, priority);
          expect(time).toBeGreaterThan(3 * interval);
          expect(time).toBeLessThanOrEqual(4 * interval);
          expect(activeDownIntervalMs(interval, priority + 1)).toBeLessThanOrEqual(time);
        },
      ),
    );
  });
});
