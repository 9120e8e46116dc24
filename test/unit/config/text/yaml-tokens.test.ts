import { describe, expect, it } from 'vitest';
import { readTokens } from '../../../../src/config/text/yaml-tokens.ts';

const state = (text: string): string => readTokens(text, 100).state;

describe('reading is given up', () => {
  it.each([
    ['quotes', `a: ${'""'.repeat(60)}\n`],
    ['quotes on lines of their own', `a: ${'""\n'.repeat(60)}\n`],
    ['anchors', `a: ${'&x '.repeat(60)}\n`],
    ['tags', `a: ${'!x '.repeat(60)}\n`],
    ['aliases', `a: ${'*x '.repeat(60)}\n`],
    ['quotes in a list', `a: [${"'' ".repeat(60)}]\n`],
  ])('where %s follow each other with nothing between them', (_, text) => {
    expect(state(text)).toBe('crowded');
  });

  it.each([
    ['brackets', '['.repeat(300)],
    ['braces', '{a: '.repeat(300)],
    ['dashes', '- '.repeat(300)],
    ['dashes behind a key', `a: ${'- '.repeat(300)}`],
    ['question marks', '? '.repeat(300)],
    ['keys', Array.from({ length: 300 }, (_, level) => `${' '.repeat(level)}a:\n`).join('')],
  ])('where %s nest too deep, long before the end', (_, opening) => {
    const read = readTokens(`${opening}${'\n# more'.repeat(1000)}`, 100);
    expect(read).toMatchObject({ state: 'too-deep' });
    expect(read.state === 'too-deep' && read.offset).toBeLessThan(opening.length);
  });
});

describe('reading goes on', () => {
  it.each([
    ['through a long list', `a: [${"'x', ".repeat(10_000)}]\n`],
    ['through a long map', 'a: &x !!str "b"\n'.repeat(200)],
    ['through plain text that looks like signs', `a: ${'x '.repeat(1000)}\n`],
    ['through a hundred levels', `${'['.repeat(100)}${']'.repeat(100)}\n`],
    ['through many documents', '--- "a"\n'.repeat(200)],
    ['through aliases in a list', `a: &x 1\nb: [${'*x, '.repeat(500)}]\n`],
  ])('%s', (_, text) => {
    expect(state(text)).toBe('read');
  });

  it('and stops at the first of many errors', () => {
    const read = readTokens(`a: ${'{{ x }}'.repeat(10_000)}\n`, 100);
    const errors = read.state === 'read' ? read.tokens.filter(({ type }) => type === 'error') : [];
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThan(100);
  });
});
