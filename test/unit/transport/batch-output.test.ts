import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { probe } from '../../../src/domain/command.ts';
import { BatchOutput } from '../../../src/transport/batch-output.ts';

const text = (body: string, label: string) => ({ body: Buffer.from(body), label });

test('a batch is complete when both streams said that it ended, and has one result for each step that ran', () => {
  const output = new BatchOutput(2, []);
  output.addStdout(text('out', '2.0.3'));
  output.addStdout(text('', '2.end'));
  expect(output.complete).toBe(false);
  output.addStderr(text('err', '2.0'));
  output.addStderr(text('', '2.end'));
  expect(output.complete).toBe(true);
  expect(output.results()).toEqual([{ exitCode: 3, stdout: Buffer.from('out'), stderr: Buffer.from('err') }]);
});

test('a shell that asks for the payload of a step gets that payload, and the step is not over', () => {
  const [first, second] = [randomBytes(70_000), randomBytes(80_000)];
  const output = new BatchOutput(2, [
    probe('true'),
    { ...probe('a'), stdin: first },
    { ...probe('b'), stdin: second },
  ]);
  expect([...output.addStdout(text('', '2.0.0'))]).toEqual([]);
  expect(decoded(output.addStdout(text('', '2.1.send')))).toEqual(first);
  output.addStdout(text('', '2.1.0'));
  expect(decoded(output.addStdout(text('', '2.2.send')))).toEqual(second);
  expect(output.results()).toHaveLength(2);
});

test.each(['1.0.0', '2.1.0', '2.0.', '2.0.x', 'ready', ''])(
  'the mark %j of another step is a bug, not a result',
  (label) => {
    expect(() => new BatchOutput(2, []).addStdout(text('', label))).toThrow();
  },
);

function decoded(lines: Iterable<Buffer>): Buffer {
  return Buffer.from(
    Buffer.concat([...lines])
      .toString()
      .replaceAll('#', ''),
    'base64',
  );
}
