import { describe, expect, it } from 'vitest';
import { beginningOf, sourceFile, spanOf, within } from '../../../../src/config/text/source.ts';

describe('a span', () => {
  const text = 'first: 1\r\nsecond: two\nlast';
  const source = sourceFile('inventory.yaml', '/cluster', text);

  it.each([
    ['the first character', 0, 5, { line: 1, column: 1, length: 5, text: 'first: 1' }],
    ['a line that ends in CRLF', 7, 8, { line: 1, column: 8, length: 1, text: 'first: 1' }],
    ['a middle line', 18, 21, { line: 2, column: 9, length: 3, text: 'second: two' }],
    ['the last line, which has no end', 22, 26, { line: 3, column: 1, length: 4, text: 'last' }],
    ['several lines: the first one counts', 18, 26, { line: 2, column: 9, length: 3, text: 'second: two' }],
    ['nothing: one character is underlined', 18, 18, { line: 2, column: 9, length: 1, text: 'second: two' }],
    ['what lies behind the end', 99, 100, { line: 3, column: 5, length: 1, text: 'last' }],
  ])('of %s', (_, start, end, expected) => {
    expect(spanOf({ source, start, end })).toEqual({ file: 'inventory.yaml', ...expected });
  });

  it('does not count a byte order mark as a column', () => {
    const marked = sourceFile('inventory.yaml', '/cluster', '\uFEFFall:\n');
    expect(spanOf(beginningOf(marked))).toMatchObject({ line: 1, column: 1, text: 'all:' });
  });

  it('of an empty file is its first line', () => {
    expect(spanOf(beginningOf(sourceFile('f', '/', '')))).toEqual({
      file: 'f',
      line: 1,
      column: 1,
      length: 1,
      text: '',
    });
  });

  it.each([
    ['ansible_password: hunter2', 'ansible_password: *******'],
    ['  ansible_become_pass: "hunter 2" # mine', '  ansible_become_pass: *****************'],
    ['{"ansible_ssh_pass": "x", "ansible_port": 0}', `{"ansible_ssh_pass": ${'*'.repeat(23)}`],
    ['password:', 'password:'],
    ['compass_point: north', 'compass_point: north'],
  ])('shows no passwords: %s', (line, shown) => {
    const { text: spanText } = spanOf({ source: sourceFile('f', '/', line), start: 0, end: 1 });
    expect(spanText).toBe(shown);
  });

  it('can be narrowed to a fragment that stands in the place, and not to one that stands behind it', () => {
    const place = { source, start: 10, end: 21 };
    expect(within(place, 'two')).toMatchObject({ start: 18, end: 21 });
    expect(within(place, 'last')).toBe(place);
    expect(within(place, '')).toBe(place);
  });
});
