import { expect, test } from 'vitest';
import { mutate, probe } from '../../../src/domain/command.ts';
import { mutateBatch, probeBatch } from '../../../src/transport/frame.ts';

const frame = { marker: 'M', batch: 3 };

test('probes become one brace group in which each step reports its exit code on both streams', () => {
  expect(probeBatch(frame, [probe('ip', 'route', 'get', "it's"), probe('true')]).toString()).toBe(
    [
      '{ k=0',
      `( 'ip' route get 'it'\\''s' 2>&7 7>&- ) </dev/null 9>&-; k=$?`,
      'echo "M:3.0.$k" || exit',
      'echo "M:3.0" >&7 || exit',
      `( 'true' 2>&7 7>&- ) </dev/null 9>&-; k=$?`,
      'echo "M:3.1.$k" || exit',
      'echo "M:3.1" >&7 || exit',
      'echo "M:3.end" || exit',
      'echo "M:3.end" >&7 || exit',
      '}',
      '',
    ].join('\n'),
  );
});

test('a mutation runs only while all before it succeeded', () => {
  const script = mutateBatch(frame, [mutate('a'), mutate('b')]).toString();
  expect(script.match(/^if \[ \$k = 0 \]; then$/gm)).toHaveLength(2);
  expect(script.match(/^fi$/gm)).toHaveLength(2);
});

test('a payload is decoded by base64 before the command reads it, and only the command and base64 see the real stderr', () => {
  const script = probeBatch(frame, [{ ...probe('cat'), stdin: Buffer.from('hello') }]).toString();
  expect(script).toContain(
    `( echo 'aGVsbG8=' | base64 -d 2>&7 7>&- | 'cat' 2>&7 7>&- ) </dev/null 9>&-; k=$?`,
  );
});

test('an empty payload is no payload', () => {
  const script = probeBatch(frame, [{ ...probe('cat'), stdin: new Uint8Array() }]).toString();
  expect(script).not.toContain('base64');
});

test('a payload that is a view into a larger buffer is sent without its surroundings', () => {
  const middle = Buffer.from('xxhelloxx').subarray(2, 7);
  expect(probeBatch(frame, [{ ...probe('cat'), stdin: middle }]).toString()).toContain("'aGVsbG8='");
});

test('a long payload is broken into lines', () => {
  const script = probeBatch(frame, [{ ...probe('cat'), stdin: Buffer.alloc(3000) }]).toString();
  expect(Math.max(...script.split('\n').map((line) => line.length))).toBeLessThan(1100);
});

test.each(['if', 'a=b', '{', '!', 'ls', ''])(
  'the program %j is quoted, so that it is a name and nothing else',
  (name) => {
    expect(probeBatch(frame, [probe(name)]).toString()).toContain(`( '${name}' 2>&7`);
  },
);

test('a command without a program is a bug', () => {
  expect(() => probeBatch(frame, [probe()])).toThrow('needs a program');
});
