import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  mutate,
  mutateScript,
  probe,
  stdoutOf,
  type Mutation,
  type Probe,
} from '../../../src/domain/command.ts';
import { BatchOutput } from '../../../src/transport/batch-output.ts';
import { Dialogue, type ShellChannel } from '../../../src/transport/dialogue.ts';
import { builtinBatch, mutateBatch, preambleScript, probeBatch } from '../../../src/transport/frame.ts';
import { Greeting } from '../../../src/transport/greeting.ts';
import { acquireScript, breakScript } from '../../../src/transport/lock.ts';
import type { LockHolder } from '../../../src/transport/transport.ts';
import { testTarget } from '../../support/targets.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** The shells that are `/bin/sh` on the hosts we know: Debian's, the Red Hat family's, Alpine's. */
const shells = [
  { name: 'dash', argv: ['/usr/bin/dash', '-s'] },
  { name: 'bash', argv: ['/usr/bin/bash', '--posix', '-s'] },
  { name: 'busybox', argv: ['/usr/bin/busybox', 'sh', '-s'] },
].filter(({ argv }) => existsSync(argv[0] ?? ''));

// The coreutils of Ubuntu since 25.10, which Debian keeps beside its own.
const uutils = '/usr/lib/cargo/bin/coreutils';

const settings: readonly Setting[] = [
  ...shells,
  ...(existsSync(uutils)
    ? shells.map(({ name, argv }) => ({ name: `${name} with uutils`, argv, tools: uutils }))
    : []),
];

interface Setting {
  readonly name: string;
  readonly argv: readonly string[];
  /** A directory of programs that comes before all others. */
  readonly tools?: string;
}

const frame = { marker: '00112233445566778899aabbccddeeff', batch: 1 };

describe.each(settings)('under $name', (setting) => {
  const [shell = '', ...args] = setting.argv;

  test('a batch that was cut at any byte runs nothing of it', { timeout: 120_000 }, async () => {
    await using directory = await temporaryDirectory();
    const [first, second] = [`${directory.path}/first`, `${directory.path}/second`];
    const script = mutateBatch(frame, [
      { ...mutateScript('cat >"$1"', first), stdin: Buffer.from('a secret that must not be cut') },
      mutate('touch', second),
    ]);
    const end = script.lastIndexOf('}');
    for (let length = 1; length <= end; length += 7) {
      const input = Buffer.concat([preamble(setting), script.subarray(0, length)]);
      const { stdout } = spawnSync(shell, args, { input });
      expect([length, existsSync(first), existsSync(second)]).toEqual([length, false, false]);
      expect(stdout.toString()).toBe(`${frame.marker}:ready\n`);
    }
    await run(setting, script);
    expect([existsSync(first), existsSync(second)]).toEqual([true, true]);
  });

  test('any argument without NUL arrives as it was sent', { timeout: 120_000 }, async () => {
    const word = fc.string({ unit: 'binary', maxLength: 100 }).filter((text) => !text.includes('\0'));
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 40 }), async (words) => {
        const results = await runProbes(
          setting,
          words.map((text) => probe('printf', '%s', text)),
        );
        expect(results.map(({ stdout }) => Buffer.from(stdout).toString())).toEqual(words);
      }),
      { numRuns: 15 },
    );
  });

  test('every byte can be in a payload and in an answer', async () => {
    const payload = Buffer.from(Array.from({ length: 256 * 40 }, (_, n) => (n * 7) % 256));
    const [echoed] = await runProbes(setting, [{ ...probe('cat'), stdin: payload }]);
    expect(Buffer.from(echoed?.stdout ?? []).equals(payload)).toBe(true);
  });

  test('a payload of a mebibyte arrives whole', async () => {
    const payload = Buffer.alloc(1024 * 1024, 0xa5);
    const [echoed] = await runProbes(setting, [{ ...probe('cat'), stdin: payload }]);
    expect(Buffer.from(echoed?.stdout ?? []).equals(payload)).toBe(true);
  });

  test('a payload of many mebibytes arrives whole, without being part of the script', async () => {
    const payload = randomBytes(8 * 1024 * 1024 + 1);
    const sending = { ...probe('sha256sum'), stdin: payload };
    expect(probeBatch(frame, [sending]).byteLength).toBeLessThan(1000);
    const [digest] = await runProbes(setting, [sending]);
    expect(Buffer.from(digest?.stdout ?? []).toString()).toContain(
      createHash('sha256').update(payload).digest('hex'),
    );
  });

  test.each([
    { case: 'does not read', reader: 'exit 4', exitCode: 4 },
    { case: 'reads a part of', reader: 'head -c 10 >/dev/null; exit 5', exitCode: 5 },
    { case: 'dies of', reader: 'kill -9 $$', exitCode: 137 },
  ])('a command that $case its large payload disturbs nothing', async ({ reader, exitCode }) => {
    const payload = randomBytes(1024 * 1024 + 1);
    const results = await runProbes(setting, [
      { ...probe('sh', '-c', reader), stdin: payload },
      { ...probe('cat'), stdin: payload },
    ]);
    expect(results.map((result) => result.exitCode)).toEqual([exitCode, 0]);
    expect(Buffer.from(results[1]?.stdout ?? []).equals(payload)).toBe(true);
  });

  test('what a killed reader leaves of a payload is never run, and is not part of the next one', async () => {
    await using directory = await temporaryDirectory();
    const commands = ['x', 'y'].map((byte) => ({ ...probe('cat'), stdin: Buffer.alloc(100 * 1024, byte) }));
    const killed = probeBatch(frame, commands)
      .toString()
      .replace(/head -c \d+/, `sh -c 'head -c 5000; kill -9 $$'`);
    // Whatever is no comment would be a program's name there.
    const traced = `set -x; exec 2>'${directory.path}/trace'\n${killed}`;
    const [cut, whole] = await run(setting, Buffer.from(traced), commands);
    expect(cut?.stdout.byteLength).toBeLessThan(5000);
    expect(Buffer.from(whole?.stdout ?? []).equals(commands[1]?.stdin ?? expect.fail())).toBe(true);
    const trace = await readFile(`${directory.path}/trace`, 'utf8');
    // Base64 of many x and y in the place of a program.
    expect(/^\++ '?[#hX45elI=]{3,}/m.test(trace)).toBe(false);
    expect(trace).toMatch(/^\++ cat$/m);
  });

  test('the shell says nothing of its own when a command is killed', async () => {
    const [result] = await runProbes(setting, [
      { ...probe('sh', '-c', 'kill -9 $$'), stdin: Buffer.from('secret') },
    ]);
    expect([result?.exitCode, Buffer.from(result?.stderr ?? []).toString()]).toEqual([137, '']);
  });

  test('a lock is taken, refused to a second shell, and broken when its holder is named', async () => {
    await using directory = await temporaryDirectory();
    const path = `${directory.path}/below/lock`;
    const holder = spawn(shell, args);
    holder.stdin.write(preamble(setting));
    holder.stdin.write(builtinBatch(frame, acquireScript(path, 'ann')));
    await once(holder.stdout, 'data');
    while (!existsSync(`${path}.owner`)) await once(holder.stdout, 'data');
    const [refused] = await run(setting, builtinBatch(frame, acquireScript(path, 'bob')));
    expect(refused?.exitCode).toBe(1);
    const [, startedAt] = /^ann\n\d+ (\d+)\n$/.exec(stdoutOf(refused ?? expect.fail())) ?? [];
    const named = { pid: holder.pid ?? expect.fail(), startedAt: startedAt ?? expect.fail() };
    const other = { ...named, startedAt: '1' };
    const broken = async (whose: LockHolder): Promise<number | undefined> =>
      (await run(setting, builtinBatch(frame, breakScript(path, whose, 100))))[0]?.exitCode;
    const closed = once(holder, 'close');
    expect(await broken(other)).toBe(1);
    expect(holder.exitCode ?? holder.signalCode).toBe(null);
    expect(await broken(named)).toBe(0);
    await closed;
    const [taken] = await run(setting, builtinBatch(frame, acquireScript(path, 'bob')));
    expect(taken?.exitCode).toBe(0);
  });
});

test.skipIf(shells.length === 3)('all three shells are tested: apt-get install dash bash busybox', () => {
  expect(shells.map(({ name }) => name)).toEqual(['dash', 'bash', 'busybox']);
});

function runProbes(setting: Setting, probes: readonly Probe[]): Promise<BatchResults> {
  return run(setting, probeBatch(frame, probes), probes);
}

type BatchResults = ReturnType<BatchOutput['results']>;

/** What a session says first, with other tools before the host's own. */
function preamble({ tools }: Setting): Buffer {
  const text = preambleScript(frame.marker).toString();
  return Buffer.from(tools === undefined ? text : text.replace('PATH=', `PATH=${tools}:`));
}

/** Feeds a shell the preamble and one batch, and reads the answer as a session would. */
async function run(
  setting: Setting,
  script: Buffer,
  commands: readonly (Probe | Mutation)[] = [],
): Promise<BatchResults> {
  const [shell = '', ...args] = setting.argv;
  const child = spawn(shell, args);
  const channel: ShellChannel = {
    ...{ stdin: child.stdin, stdout: child.stdout, stderr: child.stderr },
    ended: once(child, 'close').then(() => 'the shell ended'),
    hangUp: () => void child.stdin.end(),
    destroy: () => void child.kill(),
  };
  const dialogue = new Dialogue(channel, testTarget({ knownHostsFiles: [] }).host, frame.marker);
  void channel.ended.then((reason) => dialogue.fail(dialogue.lost(reason)));
  await dialogue.ask(preamble(setting), new Greeting());
  const output = await dialogue.ask(script, new BatchOutput(frame.batch, commands));
  const after = { ...frame, batch: frame.batch + 1 };
  const still = await dialogue.ask(
    probeBatch(after, [probe('echo', 'still')]),
    new BatchOutput(after.batch, []),
  );
  expect(still.results().map(({ stdout }) => Buffer.from(stdout).toString())).toEqual(['still\n']);
  channel.hangUp();
  await channel.ended;
  return output.results();
}
