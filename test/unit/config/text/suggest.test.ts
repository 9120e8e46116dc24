import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest, didYouMean, editDistance } from '../../../../src/config/text/suggest.ts';

describe('edit distance', () => {
  it.each([
    ['', '', 0],
    ['vrid', 'vrid', 0],
    ['vird', 'vrid', 1],
    ['vrd', 'vrid', 1],
    ['vriid', 'vrid', 1],
    ['vxid', 'vrid', 1],
    ['interfcae', 'interface', 1],
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['ca', 'abc', 3],
  ])('from %j to %j is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });

  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });

  it('is nothing exactly for equal words, and never more than the longer word', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });

  // Two, not one: an insertion may part two letters that one swap would have mended.
  it('grows by at most two with each insertion', () => {
    fc.assert(
      fc.property(word, word, fc.nat(8), (a, b, at) => {
        const longer = `${a.slice(0, at)}x${a.slice(at)}`;
        expect(Math.abs(editDistance(longer, b) - editDistance(a, b))).toBeLessThanOrEqual(2);
      }),
    );
  });
});

describe('a suggestion', () => {
  const keys = ['interface', 'vrid', 'mode', 'profile', 'healthCheck'];

  it.each([
    ['prioritty', undefined],
    ['intreface', 'interface'],
    ['Interface', 'interface'],
    ['vird', 'vrid'],
    ['health_check', 'healthCheck'],
    ['healthcheck', 'healthCheck'],
    ['moed', 'mode'],
    ['x', undefined],
    ['loadBalancer', undefined],
    ['i'.repeat(10_000), undefined],
  ])('for %j is %j', (word, expected) => {
    expect(closest(word, keys)).toBe(expected);
  });

  it('is a hint, or none', () => {
    expect(didYouMean('vird', keys)).toEqual(['did you mean "vrid"?']);
    expect(didYouMean('something', keys)).toEqual([]);
  });

  it('takes the nearest of several', () => {
    expect(closest('hosts', ['host', 'hosts2', 'hosts'])).toBe('hosts');
  });
});
