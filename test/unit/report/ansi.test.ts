import { expect, test } from 'vitest';
import { painter, styleOf, wantsColor } from '../../../src/report/ansi.ts';
import { Pipe, Terminal } from './support/terminal.ts';

test.each([
  ['a terminal', true, {}, true, true],
  ['a pipe', false, {}, true, false],
  ['--no-color beats everything', true, { FORCE_COLOR: '1' }, false, false],
  ['NO_COLOR with any value', true, { NO_COLOR: '0' }, true, false],
  ['an empty NO_COLOR does not count', true, { NO_COLOR: '' }, true, true],
  ['FORCE_COLOR on a pipe', false, { FORCE_COLOR: '' }, true, true],
  ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, true, false],
  ['FORCE_COLOR beats NO_COLOR, as in node', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true, true],
  ['a dumb terminal', true, { TERM: 'dumb' }, true, false],
])('colour on %s', (_name, isTty, env, allowed, expected) => {
  expect(wantsColor({ stream: isTty ? new Terminal() : new Pipe(), env, allowed })).toBe(expected);
});

test('a painter that is off, and an empty text, add nothing', () => {
  expect(painter(false)('red', 'text')).toBe('text');
  expect(painter(true)('red', '')).toBe('');
  expect(painter(true)('red', 'text')).toBe('\u001b[31mtext\u001b[0m');
});

test('only a terminal has a width to wrap at', () => {
  expect(styleOf({ stream: new Terminal(90), env: {}, allowed: true }, 0).columns).toBe(90);
  expect(styleOf({ stream: new Terminal(0), env: {}, allowed: true }, 0).columns).toBeUndefined();
  expect(styleOf({ stream: new Pipe(), env: {}, allowed: true }, 0).columns).toBeUndefined();
});
