import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mutate, mutateScript, probe, type Probe } from '../../../src/domain/command.ts';
import { BatchOutput } from '../../../src/transport/batch-output.ts';
import { FrameReader } from '../../../src/transport/frame-reader.ts';
import { builtinBatch, mutateBatch, preambleScript, probeBatch } from '../../../src/transport/frame.ts';
import { acquireScript } from '../../../src/transport/lock.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** The shells that are `/bin/sh` on the hosts we know: Debian's, the Red Hat family's, Alpine's. */
const shells = [
  { name: 'dash', argv: ['/usr/bin/dash', '-s'] },
  { name: 'bash', argv: ['/usr/bin/bash', '--posix', '-s'] },
  { name: 'busybox', argv: ['/usr/bin/busybox', 'sh', '-s'] },
].filter(({ argv }) => existsSync(argv[0] ?? ''));

const frame = { marker: '00112233445566778899aabbccddeeff', batch: 1 };

describe.each(shells)('under $name', ({ argv }) => {
  test('a batch that was cut at any byte runs nothing of it', { timeout: 120_000 }, async () => {
    await using directory = await temporaryDirectory();
    const [first, second] = [`${directory.path}/first`, `${directory.path}/second`];
    const script = mutateBatch(frame, [
      { ...mutateScript('cat >"$1"', first), stdin: Buffer.from('a secret that must not be cut') },
      mutate('touch', second),
    ]);
    const end = script.lastIndexOf('}');
    for (let length = 1; length <= end; length += 7) {
      const input = Buffer.concat([preambleScript(frame.marker), script.subarray(0, length)]);
      const { stdout } = spawnSync(argv[0] ?? '', argv.slice(1), { input });
      expect([length, existsSync(first), existsSync(second)]).toEqual([length, false, false]);
      expect(stdout.toString()).toBe(`${frame.marker}:ready\n`);
    }
    await run(argv, script);
    expect([existsSync(first), existsSync(second)]).toEqual([true, true]);
  });

  test('any argument without NUL arrives as it was sent', { timeout: 120_000 }, async () => {
    const word = fc.string({ unit: 'binary', maxLength: 100 }).filter((text) => !text.includes('\0'));
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 40 }), async (words) => {
        const results = await runProbes(
          argv,
          words.map((text) => probe('printf', '%s', text)),
        );
        expect(results.map(({ stdout }) => Buffer.from(stdout).toString())).toEqual(words);
      }),
      { numRuns: 15 },
    );
  });

  test('every byte can be in a payload and in an answer', async () => {
    const payload = Buffer.from(Array.from({ length: 256 * 40 }, (_, n) => (n * 7) % 256));
    const [echoed, measured] = await runProbes(argv, [
      { ...probe('cat'), stdin: payload },
      { ...probe('wc', '-c'), stdin: payload },
    ]);
    expect(Buffer.from(echoed?.stdout ?? []).equals(payload)).toBe(true);
    expect(
      Buffer.from(measured?.stdout ?? [])
        .toString()
        .trim(),
    ).toBe(String(payload.length));
  });

  test('a payload of a mebibyte arrives whole', async () => {
    const payload = Buffer.alloc(1024 * 1024, 0xa5);
    const [echoed] = await runProbes(argv, [{ ...probe('cat'), stdin: payload }]);
    expect(Buffer.from(echoed?.stdout ?? []).equals(payload)).toBe(true);
  });

  test('the shell says nothing of its own when a command is killed', async () => {
    const [result] = await runProbes(argv, [
      { ...probe('sh', '-c', 'kill -9 $$'), stdin: Buffer.from('secret') },
    ]);
    expect([result?.exitCode, Buffer.from(result?.stderr ?? []).toString()]).toEqual([137, '']);
  });

  test('a lock is taken, and refused to a second shell', async () => {
    await using directory = await temporaryDirectory();
    const path = `${directory.path}/below/lock`;
    const holder = spawn(argv[0] ?? '', argv.slice(1));
    holder.stdin.write(preambleScript(frame.marker));
    holder.stdin.write(builtinBatch(frame, acquireScript(path, 'ann')));
    await once(holder.stdout, 'data');
    while (!existsSync(`${path}.owner`)) await once(holder.stdout, 'data');
    const [refused] = await run(argv, builtinBatch(frame, acquireScript(path, 'bob')));
    expect([refused?.exitCode, Buffer.from(refused?.stdout ?? []).toString()]).toEqual([1, 'ann\n']);
    holder.stdin.end();
    await once(holder, 'close');
    const [taken] = await run(argv, builtinBatch(frame, acquireScript(path, 'bob')));
    expect(taken?.exitCode).toBe(0);
  });
});

test.skipIf(shells.length === 3)('all three shells are tested: apt-get install dash bash busybox', () => {
  expect(shells.map(({ name }) => name)).toEqual(['dash', 'bash', 'busybox']);
});

function runProbes(argv: readonly string[], probes: readonly Probe[]): Promise<BatchResults> {
  return run(argv, probeBatch(frame, probes));
}

type BatchResults = ReturnType<BatchOutput['results']>;

/** Feeds a shell the preamble and one batch, and reads the answer as a session would. */
async function run(argv: readonly string[], script: Buffer): Promise<BatchResults> {
  const child = spawn(argv[0] ?? '', argv.slice(1));
  const output = new BatchOutput(frame.batch);
  const [stdout, stderr] = [new FrameReader(frame.marker), new FrameReader(frame.marker)];
  child.stdout.on('data', (chunk: Buffer) => {
    for (const found of stdout.push(chunk)) if (found.label !== 'ready') output.addStdout(found);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    for (const found of stderr.push(chunk)) if (found.label !== 'ready') output.addStderr(found);
  });
  child.stdin.end(Buffer.concat([preambleScript(frame.marker), script]));
  await once(child, 'close');
  expect(output.complete).toBe(true);
  return output.results();
}
