import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeBlock, escapeContent, escapeJson, escapeLine } from '../../../src/report/escape.ts';
import { displayWidth, padEnd, takeColumns, truncate, wrap } from '../../../src/report/width.ts';

const anyText = fc.string({ unit: 'binary' });

test.each([
  ['plain text with ünïcode → ok', 'plain text with ünïcode → ok'],
  ['\u001b]0;owned\u0007', '\\x1b]0;owned\\x07'],
  ['one\ntwo\r\n\tthree', 'one\\ntwo\\r\\n\\tthree'],
  ['\u009b31m', '\\x9b31m'],
  ['access\u202egnp.exe', 'access\\u202egnp.exe'],
  ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
  ['tag \u{e0041}', 'tag \\u{e0041}'],
  ['lone \ud800 surrogate', 'lone \\ud800 surrogate'],
])('%j is printed as %j', (text, expected) => {
  expect(escapeLine(text)).toBe(expected);
});

test('a block keeps its lines, a file content its tabs', () => {
  expect(escapeBlock('one\r\ntwo\n\tthree\rfour')).toBe('one\ntwo\n\\tthree\\rfour');
  expect(escapeContent('\tkey\u001b')).toBe('\tkey\\x1b');
});

test('whatever comes in, a line has no control or format characters, a block only line feeds', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(escapeLine(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(escapeBlock(text).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('escaped JSON is ASCII-safe and means the same', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const line = escapeJson(JSON.stringify({ text }));
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(JSON.parse(line)).toEqual({ text });
    }),
  );
});

test.each([
  ['ascii', 5],
  ['naïve', 5],
  ['e\u0301', 1],
  ['日本', 4],
  ['🚀', 2],
])('%s takes %i columns', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test('padding and cutting count columns, not characters', () => {
  expect(padEnd('日本', 6)).toBe('日本  ');
  expect(takeColumns('日本語', 5)).toBe('日本');
  expect(truncate('installing keepalived', 11)).toBe('installing…');
  expect(truncate('short', 11)).toBe('short');
  expect(truncate('short', 0)).toBe('');
});

test('wrapping breaks at spaces and leaves a long word whole', () => {
  expect(wrap('the vip answers from elsewhere', 12)).toEqual(['the vip', 'answers from', 'elsewhere']);
  expect(wrap('see /etc/keepalived/keepalived.conf now', 10)).toEqual([
    'see',
    '/etc/keepalived/keepalived.conf',
    'now',
  ]);
  expect(wrap('no limit at all', undefined)).toEqual(['no limit at all']);
});
