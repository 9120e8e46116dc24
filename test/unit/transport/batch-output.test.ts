import { expect, test } from 'vitest';
import { BatchOutput } from '../../../src/transport/batch-output.ts';

const text = (body: string, label: string) => ({ body: Buffer.from(body), label });

test('a batch is complete when both streams said that it ended, and has one result for each step that ran', () => {
  const output = new BatchOutput(2);
  output.addStdout(text('out', '2.0.3'));
  output.addStdout(text('', '2.end'));
  expect(output.complete).toBe(false);
  output.addStderr(text('err', '2.0'));
  output.addStderr(text('', '2.end'));
  expect(output.complete).toBe(true);
  expect(output.results()).toEqual([{ exitCode: 3, stdout: Buffer.from('out'), stderr: Buffer.from('err') }]);
});

test.each(['1.0.0', '2.1.0', '2.0.', '2.0.x', 'ready', ''])(
  'the mark %j of another step is a bug, not a result',
  (label) => {
    expect(() => new BatchOutput(2).addStdout(text('', label))).toThrow();
  },
);
