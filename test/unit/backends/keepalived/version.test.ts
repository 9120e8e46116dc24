import { describe, expect, test } from 'vitest';
import { earliest, isAtLeast, releaseOf } from '../../../../src/backends/keepalived/version.ts';

describe('a release', () => {
  test.each<readonly [string, readonly number[] | undefined]>([
    ['2.2.7', [2, 2, 7]],
    ['1:2.2.7-1+b2', [2, 2, 7]],
    ['2.1.5-0.2+deb11u1', [2, 1, 5]],
    ['2.4', [2, 4]],
    ['', undefined],
    ['unknown', undefined],
  ])('in %j is %j', (text, expected) => {
    expect(releaseOf(text)).toEqual(expected);
  });

  test.each<readonly [string, string, boolean]>([
    ['2.2.7', '2.2.7', true],
    ['2.2.10', '2.2.9', true],
    ['2.2.7', '2.3.0', false],
    ['2.4', '2.4.0', true],
    ['3.0.0', '2.9.9', true],
    ['1.9.9', '2.0.0', false],
  ])('%s is at least %s: %s', (version, least, expected) => {
    expect(isAtLeast(releaseOf(version) ?? [], least)).toBe(expected);
  });

  test('that is the earliest is found by its numbers', () => {
    expect(
      earliest([
        [2, 10, 0],
        [2, 9, 1],
        [2, 9],
      ]),
    ).toEqual([2, 9]);
    expect(earliest([])).toBeUndefined();
  });
});
