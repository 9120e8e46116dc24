import { describe, expect, it } from 'vitest';
import { pythonMatcher } from '../../../../src/config/ansible/python-regex.ts';

function matches(pattern: string, text: string): boolean | string {
  const matcher = pythonMatcher(pattern);
  return matcher.ok ? matcher.value(text) : matcher.error;
}

// Expectations: re.match of Python 3.11.
describe('a regular expression', () => {
  it.each([
    ['cp', 'cp1', true],
    ['cp', 'xcp', false],
    ['cp$', 'cp1', false],
    ['a|b', 'bx', true],
    ['xa|b', 'b', true],
    ['cp[0-9]+\\.net', 'cp12.net', true],
    ['cp\\d{2}', 'cp1', false],
    ['cp\\d{,1}$', 'cp', true],
    ['\\d', '٣', true],
    ['\\w+$', 'äö_1', true],
    ['[\\w-]+$', 'a-b', true],
    ['[^\\d]', '1', false],
    ['\\W', '-', true],
    ['[]a]+$', ']a', true],
    ['[^]a]', ']', false],
    ['[a\\]]+$', 'a]', true],
    ['[a[]+$', '[a', true],
    ['[a^&|]+$', '^&|', true],
    ['a{x}$', 'a{x}', true],
    ['a]$', 'a]', true],
    ['\\-\\_\\/\\.$', '-_/.', true],
    ['(?i)CP', 'cp1', true],
    ['(?P<n>cp)$', 'cp', true],
    ['(?:cp){2}$', 'cpcp', true],
    ['(?!cp)', 'cp1', false],
    ['.*(?<=1)$', 'cp1', true],
    ['\\Acp\\Z', 'cp', true],
    ['cp\\b', 'cp-1', true],
    ['(a{2})*$', 'aaaa', true],
    ['', 'anything', true],
  ])('%j on %j: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it.each([
    ['(', 'not a regular expression that is understood'],
    ['*', 'not a regular expression that is understood'],
    ['[a', 'a "[" is never closed'],
    ['[z-a]', 'not a regular expression that is understood'],
    ['(?P=n)', '"(?P" is not understood'],
    ['(a)\\1', '"\\\\1" is not understood'],
    ['(?#x)', '"(?#" is not understood'],
    ['(?m)a', '"(?m" is not understood'],
    ['a*+', '"*+" is not understood'],
    ['\\q', '"\\\\q" is not understood'],
    ['[\\W]', '"\\\\W" is not understood'],
    ['[a--b]', '"[a--b]" is not understood'],
    ['(a*)*', 'a repeated group with a repetition or a choice in it can take for ever'],
    ['((a+)b)+', 'a repeated group with a repetition or a choice in it can take for ever'],
    ['(a|a){3,}', 'a repeated group with a repetition or a choice in it can take for ever'],
    ['x'.repeat(501), 'longer than 500 characters'],
  ])('%j is refused', (pattern, error) => {
    expect(matches(pattern, '')).toBe(error);
  });
});
