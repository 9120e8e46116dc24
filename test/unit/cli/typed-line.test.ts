import { expect, test } from 'vitest';
import { TypedLine } from '../../../src/cli/typed-line.ts';

test.each([
  { what: 'a line', typed: ['secret\r'], text: 'secret' },
  { what: 'a line in pieces', typed: ['se', 'cret', '\n'], text: 'secret' },
  { what: 'a character taken back', typed: ['sexc\u007f\u007fcret\r'], text: 'secret' },
  {
    what: 'a whole character of several bytes taken back',
    typed: ['Zürich\u{1f511}\u007f\r'],
    text: 'Zürich',
  },
  { what: 'more taken back than was typed', typed: ['x\b\b\bsecret\r'], text: 'secret' },
  { what: 'a line given up and typed anew', typed: ['wrong\u0015secret\r'], text: 'secret' },
  { what: 'blanks, which are part of a secret', typed: [' secret \r'], text: ' secret ' },
  { what: 'nothing', typed: ['\r'], text: '' },
  { what: 'the end of the input behind a line', typed: ['secret\u0004'], text: 'secret' },
  { what: 'more than one line', typed: ['secret\rmore\r'], text: 'secret' },
])('$what that does not show is read as $text', ({ typed, text }) => {
  const line = new TypedLine({ isRaw: true });
  const ends = typed.map((chunk) => line.take(chunk));
  expect({ end: ends.at(-1), text: line.text }).toEqual({ end: 'done', text });
});

test('a character whose bytes come apart is one character', () => {
  const line = new TypedLine({ isRaw: true });
  const bytes = Buffer.from('ü\r');
  line.take(bytes.subarray(0, 1));
  expect(line.take(bytes.subarray(1))).toBe('done');
  expect(line.text).toBe('ü');
});

test('^C interrupts, and ^D on an empty line leaves', () => {
  expect(new TypedLine({ isRaw: true }).take('abc\u0003')).toBe('interrupt');
  expect(new TypedLine({ isRaw: true }).take('\u0004')).toBe('left');
});

test('a terminal that edits lines itself has its characters left alone', () => {
  const line = new TypedLine({ isRaw: false });
  expect(line.take('a\u0015b\n')).toBe('done');
  expect(line.text).toBe('a\u0015b');
});
