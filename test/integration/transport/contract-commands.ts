import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mutate, mutateScript, probe, probeScript, stderrOf, stdoutOf } from '../../../src/domain/command.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import type { OpenFixture } from './contract-fixture.ts';

/** Commands run as they were asked for, and their exit codes come back. */
export function commandCases(open: OpenFixture): void {
  test('a command that dies or is not there has the exit code that a shell gives it', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect();
    const results = await session.probe([
      probe('sh', '-c', 'echo first; exit 3'),
      probe('true'),
      probe('sh', '-c', 'kill -9 $$'),
      probe('konvoy-ha-no-such-program'),
      probe('sh', '-c', 'exit 255'),
    ]);
    expect(results.map((result) => result.exitCode)).toEqual([3, 0, 137, 127, 255]);
    expect(results.map(stdoutOf)).toEqual(['first\n', '', '', '', '']);
    expect(stderrOf(results[2] ?? expect.fail())).toBe('');
  });

  test('a mutation that fails stops the batch, and nothing after it runs', async () => {
    await using directory = await temporaryDirectory();
    await using fixture = await open();
    const { session } = await fixture.connect();
    const results = await session.mutate([
      mutate('touch', `${directory.path}/before`),
      mutateScript('exit 7'),
      mutate('touch', `${directory.path}/after`),
    ]);
    expect(results.map((result) => result.exitCode)).toEqual([0, 7]);
    expect(existsSync(`${directory.path}/before`)).toBe(true);
    expect(existsSync(`${directory.path}/after`)).toBe(false);
    expect((await session.mutate([mutate('true')])).map((result) => result.exitCode)).toEqual([0]);
  });

  test('a probe that fails stops nothing', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect();
    const results = await session.probe([probe('false'), probe('echo', 'still here')]);
    expect(results.map(stdoutOf)).toEqual(['', 'still here\n']);
  });

  test('words of the shell are programs here: they neither end the shell nor change it', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect();
    const results = await session.probe([
      probe('exit', '5'),
      probe('cd', '/tmp'),
      probe('if'),
      probe('a=b'),
      probe('pwd'),
    ]);
    expect(results.map((result) => result.exitCode)).toEqual([5, 0, 127, 127, 0]);
    expect(stderrOf(results[2] ?? expect.fail())).toMatch(/if.*not found/);
    expect(stdoutOf(results[4] ?? expect.fail())).toBe('/\n');
  });

  test('every command finds the same surroundings', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect();
    const [result] = await session.probe([
      probeScript('umask; pwd; echo "$LC_ALL $PATH"; cat; ls /proc/self/fd | grep -x "[789]"'),
    ]);
    expect(stdoutOf(result ?? expect.fail()).split('\n')).toEqual([
      '0022',
      '/',
      'C /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      '',
    ]);
  });

  test('any argument without NUL arrives as it was sent', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect();
    const word = fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => !text.includes('\0'));
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 12 }), async (words) => {
        const results = await session.probe(words.map((text) => probe('printf', '%s', text)));
        expect(results.map(stdoutOf)).toEqual(words);
      }),
      { numRuns: 25 },
    );
  });
}
