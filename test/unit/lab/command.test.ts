import { expect, test } from 'vitest';
import { must, run } from '../../../src/lab/command.ts';
import { cacheDirectory, type LabContext } from '../../../src/lab/context.ts';
import { exclusively } from '../../../src/lab/exclusive.ts';

const context: LabContext = {
  env: { PATH: '/usr/bin:/bin', WORD: 'kept' },
  uid: 1000,
  nodePath: '/usr/bin/node',
  say: () => undefined,
};

test.each([
  [
    'its own exit code',
    ['sh', '-c', 'echo out; echo err >&2; exit 3'],
    { exitCode: 3, stdout: 'out\n', stderr: 'err\n' },
  ],
  ['128 and the number of the signal that ended it', ['sh', '-c', 'kill -TERM $$'], { exitCode: 143 }],
  ['127 when it cannot be started', ['no-such-command-of-ours'], { exitCode: 127, stdout: '' }],
  ['the environment of the context', ['sh', '-c', 'echo $WORD'], { exitCode: 0, stdout: 'kept\n' }],
])('a command has %s', async (_name, argv, expected) => {
  expect(await run(context, argv)).toMatchObject(expected);
});

test('a command reads its input, and one that does not read it ends all the same', async () => {
  const input = 'x'.repeat(1_000_000);
  expect((await run(context, ['wc', '-c'], { stdin: input })).stdout.trim()).toBe('1000000');
  expect((await run(context, ['true'], { stdin: input })).exitCode).toBe(0);
});

test('a command that takes too long is killed', async () => {
  expect((await run(context, ['sleep', '60'], { timeoutMs: 50 })).exitCode).toBe(137);
});

test('a command that had to succeed fails with its last words as hints', async () => {
  await expect(must(context, ['sh', '-c', 'echo no such network >&2; exit 1'])).rejects.toMatchObject({
    code: 'lab-unavailable',
    message: expect.stringContaining('failed with exit code 1') as string,
    hints: ['no such network'],
  });
});

test('work under one name is done one at a time, and a failure lets the next one in', async () => {
  const events: string[] = [];
  const work = (name: string, fails: boolean) => async (): Promise<string> => {
    events.push(`${name} in`);
    await run(context, ['true']);
    events.push(`${name} out`);
    if (fails) throw new Error(`${name} failed`);
    return name;
  };
  const results = await Promise.allSettled([
    exclusively('test-of-exclusively', work('first', true)),
    exclusively('test-of-exclusively', work('second', false)),
  ]);
  expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled']);
  expect(events).toEqual(['first in', 'first out', 'second in', 'second out']);
});

test.each([
  ['the variable', { XDG_CACHE_HOME: '/var/cache/x' }, '/var/cache/x/konvoy-ha-lab'],
  ['not a relative one', { XDG_CACHE_HOME: 'x' }, expect.stringMatching(/^\/.*\.cache\/konvoy-ha-lab$/)],
  ['the default', {}, expect.stringMatching(/^\/.*\.cache\/konvoy-ha-lab$/)],
])('the cache directory follows %s', (_name, env, expected) => {
  expect(cacheDirectory(env)).toEqual(expected);
});
