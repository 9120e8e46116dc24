import { expect, test } from 'vitest';
import { FakeClock, Terminal } from './terminal.ts';

test('the terminal wraps, moves up and erases below', () => {
  const terminal = new Terminal(10, 5);
  terminal.write('0123456789ab\nlast\n');
  expect(terminal.screen).toBe('0123456789\nab\nlast');
  terminal.write('\r\u001b[2A\u001b[J');
  expect(terminal.screen).toBe('0123456789');
  expect(terminal.cursor).toEqual({ row: 1, column: 0 });
});

test('a wide character takes two columns and is not cut in half', () => {
  const terminal = new Terminal(5, 5);
  terminal.write('日本語');
  expect({ screen: terminal.screen, cursor: terminal.cursor }).toEqual({
    screen: '日本\n語',
    cursor: { row: 1, column: 2 },
  });
});

test('a terminal made narrower folds its lines', () => {
  const terminal = new Terminal(10, 5);
  terminal.write('01234567\n');
  terminal.resize(5);
  expect({ screen: terminal.screen, row: terminal.cursor.row }).toEqual({ screen: '01234\n567', row: 2 });
});

test('the terminal ignores colours and refuses what it does not know', () => {
  const terminal = new Terminal();
  terminal.write('\u001b[31mred\u001b[0m');
  expect(terminal.screen).toBe('red');
  expect(() => terminal.write('\u0007')).toThrow('does not know');
  expect(() => terminal.write('\u001b[9A')).toThrow('left the screen');
});

test('the clock calls back once per interval until it is stopped', () => {
  const clock = new FakeClock();
  let calls = 0;
  const stop = clock.repeat(() => (calls += 1), 200);
  clock.advance(650);
  expect(calls).toBe(3);
  stop();
  clock.advance(1000);
  expect({ calls, timers: clock.runningTimers }).toEqual({ calls: 3, timers: 0 });
});
