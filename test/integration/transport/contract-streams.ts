import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { probe, stderrOf, stdoutOf } from '../../../src/domain/command.ts';
import type { OpenFixture } from './contract-fixture.ts';

/** What goes in and comes out is the same to the byte. */
export function streamCases(open: OpenFixture): void {
  test('a payload of any bytes arrives whole on standard input', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect();
    const payload = randomBytes(1024 * 1024);
    const [echoed, digest, empty] = await session.probe([
      { ...probe('cat'), stdin: payload },
      { ...probe('sha256sum'), stdin: payload },
      { ...probe('wc', '-c'), stdin: new Uint8Array() },
    ]);
    expect(Buffer.from(echoed?.stdout ?? []).equals(payload)).toBe(true);
    expect(stdoutOf(digest ?? expect.fail())).toContain(createHash('sha256').update(payload).digest('hex'));
    expect(stdoutOf(empty ?? expect.fail()).trim()).toBe('0');
  });

  test('a command that does not read its payload disturbs nothing', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect();
    const results = await session.probe([
      { ...probe('sh', '-c', 'exit 4'), stdin: Buffer.alloc(512 * 1024, 'x') },
      probe('echo', 'next'),
    ]);
    expect(results.map((result) => [result.exitCode, stdoutOf(result)])).toEqual([
      [4, ''],
      [0, 'next\n'],
    ]);
  });

  test('standard output and standard error stay apart, to the last byte', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect();
    const results = await session.probe([
      probe('sh', '-c', 'printf out; printf err >&2'),
      probe('printf', 'a\\0b\\0\\n\\n'),
      probe('sh', '-c', 'echo only err >&2'),
    ]);
    expect(results.map((result) => [stdoutOf(result), stderrOf(result)])).toEqual([
      ['out', 'err'],
      ['a\0b\0\n\n', ''],
      ['', 'only err\n'],
    ]);
  });

  test('eight mebibytes on both streams arrive whole', async () => {
    await using fixture = await open();
    const { session } = await fixture.connect();
    const size = 8 * 1024 * 1024;
    const [result] = await session.probe([
      probe('sh', '-c', `head -c ${size} /dev/zero; head -c ${size} /dev/zero >&2`),
    ]);
    expect(result?.stdout.length).toBe(size);
    expect(result?.stderr.length).toBe(size);
  });

  test('what a login prints is not part of any answer', async (context) => {
    await using fixture = await open();
    if (fixture.connectThroughNoise === undefined) return context.skip('this transport has no login');
    const { session } = await fixture.connectThroughNoise();
    const [result] = await session.probe([probe('echo', 'signal')]);
    expect(stdoutOf(result ?? expect.fail())).toBe('signal\n');
    expect(stderrOf(result ?? expect.fail())).toBe('');
  });
}
